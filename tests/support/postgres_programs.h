// Where PostgreSQL's programs are, and as whom they run.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tests/support/process.h"

namespace pgwatch::test {

// "" where servers of this major can run here; else why not, with the cure. Major 0 is the newest PostgreSQL that is
// installed on this machine; the others are those of scripts/servers.
std::string why_missing(int major);

// The path of initdb or postgres, for server_command(). Throws std::runtime_error saying why_missing().
std::string postgres_program(int major, std::string_view name);

// The user that servers run as: PostgreSQL refuses root. "" is who runs the test.
std::string server_user();

// A command for programs of this major, run as that user and told nothing by our environment.
Command server_command(int major, std::vector<std::string> arguments);

}  // namespace pgwatch::test
