// Special days: a file of holidays and early closes. Pure.
#pragma once

#include <string>
#include <string_view>

#include "exporter/calendar/calendar_spec.h"

namespace pgwatch {

// One day in a line: DATE, or DATE,CLOSE for one that closes early, or DATE,CLOSE,NAME; the close may be empty. A #
// begins a comment. Throws std::invalid_argument with file:line, what was expected and what was found.
SpecialDays read_special_days(std::string_view text, const std::string& file_name);

}  // namespace pgwatch
