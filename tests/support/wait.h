// Waiting for what tells nobody when it happens: a condition asked again and again until it holds or patience ends.
#pragma once

#include <chrono>
#include <functional>

namespace pgwatch::test {

inline constexpr std::chrono::milliseconds kPatience{20'000};  // far above what anything here takes on a busy machine

// False where the condition never held.
[[nodiscard]] bool eventually(const std::function<bool()>& condition, std::chrono::milliseconds patience = kPatience);

}  // namespace pgwatch::test
