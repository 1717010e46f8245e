// A container in a machine of scripts/trixie: web.service, which podman's generator makes of a quadlet. Its files are
// those of the machine, so that it comes from no registry; each second it is asked for its health.
#pragma once

#include <string>

#include "tests/support/systemd_machine.h"

namespace pgwatch::test {

SystemdOptions with_container();

// "" where podman can run one in this machine; else what it said.
std::string why_no_containers(const SystemdMachine& machine);

// REQUIRES: web.service runs. Its 64 hexadecimal digits.
std::string container_id(const SystemdMachine& machine);

// The unit that systemd starts each second, which fails where the container does not feel well.
std::string health_unit(const SystemdMachine& machine);

// From the next second on.
void make_sick(const SystemdMachine& machine);
void make_well(const SystemdMachine& machine);

}  // namespace pgwatch::test
