#include "exporter/systemd/properties.h"

#include <systemd/sd-bus.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

#include "exporter/systemd/bus.h"

namespace pgwatch::systemd {
namespace {

// Stages of a boot are wall clocks and, with Monotonic at their end, times since the kernel began.
constexpr auto kManagerProperties = std::to_array<std::string_view>({
    "FinishTimestamp",
    "FinishTimestampMonotonic",
    "FirmwareTimestamp",
    "FirmwareTimestampMonotonic",
    "GeneratorsFinishTimestamp",
    "GeneratorsFinishTimestampMonotonic",
    "GeneratorsStartTimestamp",
    "GeneratorsStartTimestampMonotonic",
    "InitRDGeneratorsFinishTimestamp",
    "InitRDGeneratorsFinishTimestampMonotonic",
    "InitRDGeneratorsStartTimestamp",
    "InitRDGeneratorsStartTimestampMonotonic",
    "InitRDSecurityFinishTimestamp",
    "InitRDSecurityFinishTimestampMonotonic",
    "InitRDSecurityStartTimestamp",
    "InitRDSecurityStartTimestampMonotonic",
    "InitRDTimestamp",
    "InitRDTimestampMonotonic",
    "InitRDUnitsLoadFinishTimestamp",
    "InitRDUnitsLoadFinishTimestampMonotonic",
    "InitRDUnitsLoadStartTimestamp",
    "InitRDUnitsLoadStartTimestampMonotonic",
    "KernelTimestamp",
    "KernelTimestampMonotonic",
    "LoaderTimestamp",
    "LoaderTimestampMonotonic",
    "NFailedUnits",
    "NJobs",
    "NNames",
    "RuntimeWatchdogUSec",
    "SecurityFinishTimestamp",
    "SecurityFinishTimestampMonotonic",
    "SecurityStartTimestamp",
    "SecurityStartTimestampMonotonic",
    "SystemState",
    "UnitsLoadFinishTimestamp",
    "UnitsLoadFinishTimestampMonotonic",
    "UnitsLoadStartTimestamp",
    "UnitsLoadStartTimestampMonotonic",
    "UserspaceTimestamp",
    "UserspaceTimestampMonotonic",
    "Version",
    "WatchdogDevice",
    "WatchdogLastPingTimestamp",
    "WatchdogLastPingTimestampMonotonic",
});

constexpr auto kUnitProperties = std::to_array<std::string_view>({
    "ActiveEnterTimestamp",
    "ActiveExitTimestamp",
    "ActiveState",
    "CPUUsageNSec",
    "ExecMainCode",
    "ExecMainStatus",
    "ExecStart",
    "IOReadBytes",
    "IOWriteBytes",
    "IPEgressBytes",
    "IPEgressPackets",
    "IPIngressBytes",
    "IPIngressPackets",
    "InactiveEnterTimestamp",
    "InactiveExitTimestamp",
    "LastTriggerUSec",
    "LoadState",
    "MainPID",
    "MemoryCurrent",
    "MemoryMax",
    "MemoryPeak",
    "MemorySwapCurrent",
    "NAccepted",
    "NConnections",
    "NRefused",
    "NRestarts",
    "Names",
    "NeedDaemonReload",
    "NextElapseUSecMonotonic",
    "NextElapseUSecRealtime",
    "Result",
    "SourcePath",
    "StateChangeTimestamp",
    "SubState",
    "TasksCurrent",
    "TasksMax",
    "Triggers",
    "Type",
    "UnitFileState",
    "WatchdogTimestamp",
    "WatchdogUSec",
});

static_assert(std::ranges::is_sorted(kManagerProperties) && std::ranges::is_sorted(kUnitProperties));

void check(int result) {
  if (result < 0) throw BusError({"bus", "the manager's answer is not as expected"});
}

template <typename Value>
Value read(sd_bus_message* message, char type) {
  Value value{};
  check(sd_bus_message_read_basic(message, type, &value));
  return value;
}

std::string read_basic(sd_bus_message* message, char type) {
  switch (type) {
    case 's':
    case 'o':
    case 'g': return read<const char*>(message, type);
    case 'b': return std::to_string(read<int>(message, type));
    case 'y': return std::to_string(read<std::uint8_t>(message, type));
    case 'n': return std::to_string(read<std::int16_t>(message, type));
    case 'q': return std::to_string(read<std::uint16_t>(message, type));
    case 'i': return std::to_string(read<std::int32_t>(message, type));
    case 'u': return std::to_string(read<std::uint32_t>(message, type));
    case 'x': return std::to_string(read<std::int64_t>(message, type));
    case 't': return std::to_string(read<std::uint64_t>(message, type));
    case 'd': return std::to_string(read<double>(message, type));
    default: check(-1); return "";
  }
}

void add_line(std::string& lines, std::string_view line) {
  if (!lines.empty()) lines += '\n';
  lines += line;
}

std::string read_strings(sd_bus_message* message) {
  std::string lines;
  check(sd_bus_message_enter_container(message, 'a', "s"));
  while (sd_bus_message_at_end(message, 0) == 0) add_line(lines, read<const char*>(message, 's'));
  check(sd_bus_message_exit_container(message));
  return lines;
}

// Of commands their arguments.
std::string read_commands(sd_bus_message* message) {
  std::string lines;
  check(sd_bus_message_enter_container(message, 'a', "(sasbttttuii)"));
  while (sd_bus_message_at_end(message, 0) == 0) {
    check(sd_bus_message_enter_container(message, 'r', "sasbttttuii"));
    check(sd_bus_message_skip(message, "s"));
    add_line(lines, read_strings(message));
    check(sd_bus_message_skip(message, "bttttuii"));
    check(sd_bus_message_exit_container(message));
  }
  check(sd_bus_message_exit_container(message));
  return lines;
}

void read_value(sd_bus_message* message, std::string_view name, Properties& properties) {
  const char* contents = nullptr;
  check(sd_bus_message_peek_type(message, nullptr, &contents));
  const std::string_view type = contents;
  check(sd_bus_message_enter_container(message, 'v', contents));
  if (type == "as")
    properties.emplace(name, read_strings(message));
  else if (type == "a(sasbttttuii)")
    properties.emplace(name, read_commands(message));
  else if (type.size() == 1 && type != "h")
    properties.emplace(name, read_basic(message, type.front()));
  else
    check(sd_bus_message_skip(message, nullptr));
  check(sd_bus_message_exit_container(message));
}

}  // namespace

std::span<const std::string_view> manager_properties() { return kManagerProperties; }
std::span<const std::string_view> unit_properties() { return kUnitProperties; }

Properties read_properties(sd_bus_message* message, std::span<const std::string_view> wanted) {
  Properties properties;
  check(sd_bus_message_enter_container(message, 'a', "{sv}"));
  while (sd_bus_message_at_end(message, 0) == 0) {
    check(sd_bus_message_enter_container(message, 'e', "sv"));
    const std::string_view name = read<const char*>(message, 's');
    if (std::ranges::binary_search(wanted, name))
      read_value(message, name, properties);
    else
      check(sd_bus_message_skip(message, "v"));
    check(sd_bus_message_exit_container(message));
  }
  check(sd_bus_message_exit_container(message));
  return properties;
}

}  // namespace pgwatch::systemd
