// The folder of a freshly made server.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace pgwatch::test {

// Fills `data` with a new server of this major (0: postgres_programs.h): superuser postgres and the least-privilege
// role pgwatch (exporter/grants.h), each with the password password_of() says. Made once per build tree, then copied;
// so all servers of a major begin as the same one, system identifier included.
void copy_template(const std::filesystem::path& data, int major);

std::string password_of(std::string_view role);

}  // namespace pgwatch::test
