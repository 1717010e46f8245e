// Passfile: libpq's password file, looked at before libpq does. One that others may read libpq ignores, and says so on
// stderr at each look.
#pragma once

#include <string>

namespace pgwatch::postgres {

// A path where nothing ever is: libpq is told of it where it is not to look at a file.
inline constexpr const char* kNoFile = "/dev/null/none";

// Where libpq looks where nobody says otherwise; "" where the user has no home.
std::string default_passfile();

// Why libpq would ignore this file, and the cure; "" where it would read it, and where there is none.
std::string passfile_problem(const std::string& path);

}  // namespace pgwatch::postgres
