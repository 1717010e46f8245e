// Environment: how the variables that a service manager sets are read, so that tests can say others.
#pragma once

#include <functional>
#include <optional>
#include <string>

namespace pgwatch::service {

using Environment = std::function<std::optional<std::string>(const std::string& name)>;

// Digits alone, and no more than fit. Nothing where it is none.
std::optional<long long> read_count(const std::string& text);

}  // namespace pgwatch::service
