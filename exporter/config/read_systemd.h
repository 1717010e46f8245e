// Systemd: which service managers and units are watched, and what is expected of them.
#pragma once

#include <optional>

#include "exporter/config/reader.h"
#include "exporter/model/systemd.h"

namespace pgwatch::config {

// Reads what stands under `systemd`. Nothing where it is turned off.
std::optional<Systemd> read_systemd(const Reader& reader, const Node& node, const UserFinder& find_user);

}  // namespace pgwatch::config
