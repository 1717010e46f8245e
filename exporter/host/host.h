// Host: what collectors may ask of the machine. Every verb is asynchronous; the engine implements it, tests fake it.
#pragma once

#include <functional>

#include "exporter/model/collector.h"
#include "exporter/model/manager.h"

namespace pgwatch {

class Host {
 public:
  virtual ~Host() = default;

  // Runs a read that can only block (files, statvfs) on the files thread. done is called on the engine's thread, unless
  // the asking has timed out by then. An exception of the job becomes a Failure.
  virtual void read_files(std::function<Answer()> job, HostDone done) = 0;

  // Looks at a service manager and the units chosen. Looks are shared: what was seen a few seconds ago will do.
  using Looked = std::function<void(const ManagerAnswer&)>;
  virtual void look_at_manager(const ManagerName& manager, const UnitChoicePtr& choice, Looked done) = 0;
};

}  // namespace pgwatch
