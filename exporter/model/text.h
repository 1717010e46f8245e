// Text of others on our pages: escaped, and made UTF-8 where it is not.
#pragma once

#include <string>
#include <string_view>

namespace pgwatch {

enum class Place { kHelp, kLabelValue };

// Appends text with \ and newline escaped, in a label value " too. What is not UTF-8, and NUL, becomes U+FFFD: a server
// may answer in any bytes, and one bad byte would cost Prometheus the whole page.
void append_escaped(std::string& page, std::string_view text, Place place);

}  // namespace pgwatch
