// Properties: what a{sv} of D-Bus holds, as text. Only what somebody reads is kept.
#pragma once

#include <span>
#include <string_view>

#include "exporter/model/manager.h"

struct sd_bus_message;

namespace pgwatch::systemd {

// Sorted. What a manager says of itself, and of units of all types.
std::span<const std::string_view> manager_properties();
std::span<const std::string_view> unit_properties();

// Reads a{sv}; of it what is wanted, which is sorted. Throws BusError where the message is none such.
Properties read_properties(sd_bus_message* message, std::span<const std::string_view> wanted);

}  // namespace pgwatch::systemd
