// Landing: the page at "/".
#pragma once

#include <string>
#include <string_view>

namespace pgwatch::http {

// HTML that needs nothing from elsewhere and reads well in light and in dark.
std::string landing_page(std::string_view version, std::string_view telemetry_path);

}  // namespace pgwatch::http
