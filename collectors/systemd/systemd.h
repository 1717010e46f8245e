// Systemd: what service managers say of themselves and of the units that are watched.
#pragma once

#include <vector>

#include "exporter/model/collector.h"
#include "exporter/model/systemd.h"

namespace pgwatch::collectors {

// units, timers, sockets and manager. They share what one look at each manager sees.
std::vector<Collector> systemd_collectors(const SystemdPtr& systemd = std::make_shared<const Systemd>());

}  // namespace pgwatch::collectors
