// The programs of the newest PostgreSQL on this machine, and the folder of a freshly made server.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/process.h"

namespace pgwatch::test {

// The user that servers run as: PostgreSQL refuses root. "" is who runs the test.
std::string server_user();

// One of PostgreSQL's programs, run as that user and told nothing by our environment.
Command server_command(std::vector<std::string> arguments);

// The path of initdb, postgres, pg_basebackup… Throws std::runtime_error where there is no PostgreSQL server.
std::string postgres_program(std::string_view name);

// Fills `data` with a new server: superuser postgres and the least-privilege role pgwatch (pg_monitor), each with the
// password password_of() says. Made once per build tree, then copied.
void copy_template(const std::filesystem::path& data);

std::string password_of(std::string_view role);

}  // namespace pgwatch::test
