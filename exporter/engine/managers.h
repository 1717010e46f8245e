// Managers: the service managers that collectors look at. One kept connection each; who asks while a look is under way
// joins it, and what it saw serves all who ask within the next seconds.
//
// The loop's thread alone.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>

#include "exporter/engine/loop.h"
#include "exporter/model/manager.h"
#include "exporter/systemd/ways.h"

namespace pgwatch {

struct ManagersLimits {
  std::chrono::milliseconds fresh{15'000};  // what was seen serves for so long from the look's beginning
  std::chrono::milliseconds time{10'000};   // of a look; then its connection is given up
};

class Managers {
 public:
  using Looked = std::function<void(const ManagerAnswer&)>;
  using Called = std::function<void(const ManagerName&, std::size_t calls)>;  // told of each look

  Managers(Loop& loop, systemd::Surroundings surroundings, Called called, ManagersLimits limits = {});
  ~Managers();

  // looked is called once, later, from the loop. Another choice is another look.
  void look(const ManagerName& name, const UnitChoicePtr& choice, Looked looked);

 private:
  class Manager;

  Loop& loop_;
  const systemd::Surroundings surroundings_;
  const Called called_;
  const ManagersLimits limits_;
  std::map<ManagerName, std::shared_ptr<Manager>> managers_;
};

}  // namespace pgwatch
