// HostReader: runs collectors' reads of the host, each with a deadline. A read that hangs harms only itself.
#pragma once

#include <cstdint>
#include <memory>
#include <unordered_map>

#include "exporter/engine/blocking.h"
#include "exporter/engine/managers.h"
#include "exporter/host/host.h"

namespace pgwatch {

class HostReader {
 public:
  HostReader(Loop& loop, Blocking& blocking, Managers& managers);
  ~HostReader();

  // done is called once, from the loop, at the latest at the deadline (then with a timeout). Of one subject no two jobs
  // run at once.
  void start(const std::string& subject, const HostRead& read, SteadyTime deadline, HostDone done);

  // Somebody needs to know by then what is being read of the subject: managers that are silent until shortly before are
  // left out.
  void end_looks(const std::string& subject, SteadyTime deadline);

 private:
  class Reading;

  // Later, from the loop: a read may answer at once, and its collector must not hear of it before it has started.
  void answer(std::uint64_t id, const Answer& answer);
  void finish(std::uint64_t id, const Answer& answer);

  Loop& loop_;
  Blocking& blocking_;
  Managers& managers_;
  std::uint64_t last_id_ = 0;
  std::unordered_map<std::uint64_t, std::unique_ptr<Reading>> readings_;
};

}  // namespace pgwatch
