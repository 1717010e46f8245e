// Moments that tests of the engine speak of.
#pragma once

#include <chrono>

#include "exporter/model/block.h"

namespace pgwatch::test {

inline const SteadyTime kNow{std::chrono::hours(1)};  // for what is pure

inline SteadyTime in(std::chrono::milliseconds time) { return std::chrono::steady_clock::now() + time; }

}  // namespace pgwatch::test
