// pgwatch looking at the systemd of a machine, from here and from within.
#pragma once

#include <string>
#include <vector>

#include "tests/support/pgwatch.h"
#include "tests/support/process.h"
#include "tests/support/systemd_machine.h"

namespace pgwatch::test {

// A configuration with these lines below `systemd:`, and a server that nobody is.
std::string watching(const std::string& systemd);

// For a pgwatch here: the machine's bus is the system's.
PgwatchOptions beside(const SystemdMachine& machine);

// The page once it has something of managers.
Exposition page_with_managers(const Pgwatch& pgwatch);

// The built program within a machine, and its configuration there.
inline constexpr const char* kConfig = "/etc/pgwatch.yaml";
SystemdOptions with_pgwatch(SystemdOptions options, const std::string& systemd);

// pgwatch --once of the units alone, within such a machine; as that user where one is named.
Command probe_within(const SystemdMachine& machine, const std::string& format, const std::string& uid = "");

// What it says of them, as metrics.
Exposition told_within(const SystemdMachine& machine, const std::string& uid = "");

}  // namespace pgwatch::test
