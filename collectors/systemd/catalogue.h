// The collectors of systemd, a file for each.
#pragma once

#include "collectors/systemd/looked.h"

namespace pgwatch::collectors {

Collector manager(const SystemdPtr& systemd);
Collector sockets(const SystemdPtr& systemd);
Collector timers(const SystemdPtr& systemd);
Collector units(const SystemdPtr& systemd);

}  // namespace pgwatch::collectors
