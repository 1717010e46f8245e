// Engine: asks the questions of a World and answers requests with what is there by their deadlines.
//
// One thread owns every socket and every timer. The public functions may be called from any thread and never block.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "exporter/engine/pulse.h"
#include "exporter/model/snapshot.h"
#include "exporter/model/world.h"

namespace pgwatch {

class Telemetry;

struct Request {
  std::vector<std::string> collectors = {};  // none named: all that are enabled
  std::vector<std::string> targets = {};     // none named: all, and the host; "" is the host
  std::vector<std::string> awaited = {};     // collectors whose first answer is waited for on the slow lane too
  SteadyTime deadline = {};
};

class Engine {
 public:
  // Called once, on the engine's thread: it must be short and must not throw.
  using Done = std::function<void(Snapshot)>;

  // Telemetry must outlive the engine.
  Engine(WorldPtr world, Telemetry& telemetry);
  ~Engine();  // stops
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  void ask(Request request, Done done);
  // The deadline of the requests under way is now.
  void hasten();

  // Targets whose access did not change keep their connections. Requests under way end with the World they began with.
  void swap(WorldPtr world);
  WorldPtr world() const;

  // Each target has been tried once, whatever came of it.
  bool ready() const;

  // One listener: who comes takes the place of who was there. None is called any more once stop() has returned.
  void listen(PulseListener listener);

  // Ends the engine's thread within milliseconds, whatever hangs; requests under way are answered with what is there.
  void stop();
  // Whether stop() left a thread behind in a call that only blocks (a silent resolver): then exit without destructors.
  bool left_threads_behind() const;

 private:
  class Core;
  std::unique_ptr<Core> core_;
};

}  // namespace pgwatch
