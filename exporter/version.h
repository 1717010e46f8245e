// Version: set by the build, from the project's own number.
#pragma once

namespace pgwatch {

inline constexpr const char* kVersion = PGWATCH_VERSION;

}  // namespace pgwatch
