// Grants: the SQL that makes the role pgwatch logs in with, which may look and nothing else. Pure.
#pragma once

#include <string>
#include <string_view>

namespace pgwatch {

constexpr std::string_view kUsualRole = "pgwatch";

// What keeps this from being a role's name; "" where it may be one.
std::string role_problem(std::string_view role);

// A script for psql, which may be run again. Each statement stands under the reason for it and ends in a semicolon and
// an empty line. REQUIRES: role_problem(role) is "".
std::string grants(std::string_view role);

}  // namespace pgwatch
