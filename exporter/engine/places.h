// Places: the hard cap on connections to one server. A connection that was closed while the server still worked for it
// keeps its place until the server is known to have let go.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "exporter/model/block.h"
#include "exporter/postgres/session.h"

namespace pgwatch {

class Places {
 public:
  explicit Places(int cap) : cap_(cap) {}
  void set_cap(int cap) { cap_ = cap; }

  // The kept connection goes first: the visitor never takes the last place while the kept one is not there.
  bool kept_may_open() const { return taken() < cap_; }
  bool visitor_may_open(bool kept_is_open) const { return taken() + (kept_is_open ? 0 : 1) < cap_; }

  void open() { ++open_; }
  void close() { --open_; }
  // Instead of close(): its backend may still be at work, until `until` at the latest if nobody can be asked.
  void abandon(postgres::Backend backend, SteadyTime until);

  // What pg_stat_activity still shows of those it was asked for; others may have been abandoned meanwhile.
  void confirm(const std::vector<postgres::Backend>& asked_for, const std::vector<postgres::Backend>& still_there);
  // Gives back the places whose time has passed; how many.
  std::size_t expire(SteadyTime now);

  std::vector<postgres::Backend> abandoned() const;
  std::size_t abandoned_count() const { return abandoned_.size(); }
  int open_count() const { return open_; }

 private:
  struct Abandoned {
    postgres::Backend backend;
    SteadyTime until;
  };

  int taken() const { return open_ + static_cast<int>(abandoned_.size()); }

  int cap_;
  int open_ = 0;
  std::vector<Abandoned> abandoned_;
};

}  // namespace pgwatch
