// Host: what collectors may ask of the machine. Every verb is asynchronous; the engine implements it, tests fake it.
#pragma once

#include <functional>

#include "exporter/model/collector.h"

namespace pgwatch {

class Host {
 public:
  virtual ~Host() = default;

  // Runs a read that can only block (files, statvfs) on the files thread. done is called on the engine's thread, unless
  // the asking has timed out by then. An exception of the job becomes a Failure.
  virtual void read_files(std::function<Answer()> job, HostDone done) = 0;
};

}  // namespace pgwatch
