// Resolver: names to addresses, away from the loop. Remembers the last good answer for when the name server falls
// silent.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "exporter/engine/blocking.h"

namespace pgwatch {

struct Addresses {
  std::vector<std::string> found;  // numeric
  std::string error;               // where nothing was found
  bool final = false;              // the error is an answer (no such name), not silence
};

class Resolver {
 public:
  // What getaddrinfo says; tests give another.
  using Lookup = std::function<Addresses(const std::string& host)>;
  using Done = std::function<void(Addresses)>;

  explicit Resolver(Blocking& blocking, Loop& loop, Lookup lookup = system_lookup);

  // Somebody waiting for an address. Its end means that nobody does; the lookup goes on and its answer is remembered.
  class Wait;
  // done(addresses) by the deadline, never from within this call. A name being looked up is not looked up twice. Where
  // a good answer is known, a silent resolver is given kPatience and no more. localhost is the loopback everywhere
  // (RFC 6761): no name server has a say in it.
  [[nodiscard]] std::unique_ptr<Wait> resolve(const std::string& host, SteadyTime deadline, Done done);

  static constexpr std::chrono::milliseconds kPatience{500};
  static Addresses system_lookup(const std::string& host);

 private:
  struct Name {
    std::vector<std::string> last_good;
    std::vector<Wait*> waits;
    Blocking::Call call;
    bool under_way = false;
  };

  void start(const std::string& host, SteadyTime deadline);
  void answered(const std::string& host, const Addresses& addresses);
  static Addresses or_last_good(const Name& name, const Addresses& addresses);

  Blocking& blocking_;
  Loop& loop_;
  const Lookup lookup_;
  std::map<std::string, Name> names_;
};

class Resolver::Wait {
 public:
  Wait(Resolver& resolver, Name& name, Done done);
  ~Wait();
  Wait(const Wait&) = delete;
  Wait& operator=(const Wait&) = delete;

 private:
  friend class Resolver;
  void finish(Addresses addresses);

  Name& name_;
  Done done_;
  Timer alarm_;
};

}  // namespace pgwatch
