// Waiting for what tells nobody when it happens: a condition asked again and again until it holds or patience ends.
#pragma once

#include <chrono>
#include <functional>

namespace pgwatch::test {

inline constexpr std::chrono::milliseconds kPatience{60'000};  // far above what anything here takes on a busy machine

// A sanitizer takes several times as long, and keeps what was freed: neither time nor memory is the program's own.
#ifdef PGWATCH_SANITIZED
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif
inline constexpr std::chrono::milliseconds kSlack{kSanitized ? 4'000 : 0};  // beyond a deadline of the program's

// False where the condition never held.
[[nodiscard]] bool eventually(const std::function<bool()>& condition, std::chrono::milliseconds patience = kPatience);

}  // namespace pgwatch::test
