// Containers: units that Quadlets make, and what podman's checks say of their health.
#pragma once

#include <set>
#include <string>

#include "exporter/model/manager.h"

namespace pgwatch::collectors {

struct Container {
  enum class Health {
    kUnknown,  // nobody checks it, or the first check has not ended
    kHealthy,
    kUnhealthy,
  };

  std::string name;     // "" where the unit does not say it
  std::string id = {};  // "" where podman does not
  Health health = Health::kUnknown;
  std::string why = {};    // where it is not healthy
  std::string check = {};  // the unit that checks it
};

// Whether a Quadlet made the unit.
bool is_container(const Properties& unit);
// REQUIRES: is_container(). Reads the file that podman writes the container's id into. While a check runs, its unit
// does not say how the one before it ended: a container that was unhealthy before, by its id, still is.
Container container_of(const ManagedUnit& unit, const ManagerView& view, const std::set<std::string>& unhealthy_before);

}  // namespace pgwatch::collectors
