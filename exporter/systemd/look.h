// Look: one look at a manager and at the units chosen, over a Bus.
//
// It asks for lists of units by name and by pattern, which the manager filters, and then for all properties of each
// unit in one call. A plain list of all units and a call per property are what makes other exporters slow.
#pragma once

#include <functional>
#include <memory>

#include "exporter/model/manager.h"

namespace pgwatch::systemd {

class Bus;

class Look {
 public:
  // Called once, from within a reply: it must end neither the Look nor the Bus.
  using Done = std::function<void(ManagerAnswer)>;

  // At most so many calls are under way: a bus has a limit of its own for replies that are owed (128 for some).
  static constexpr std::size_t kMostUnderWay = 32;

  // Begins. The Bus outlives the Look.
  Look(Bus& bus, UnitChoicePtr choice, Done done);
  ~Look();
  Look(const Look&) = delete;
  Look& operator=(const Look&) = delete;

 private:
  class Core;
  std::shared_ptr<Core> core_;
};

}  // namespace pgwatch::systemd
