// Escape: a text made fit to stand between double quotes, in JSON and in logfmt, or on a line of its own. Pure.
#pragma once

#include <string>
#include <string_view>

namespace pgwatch {

// Quotes, backslashes and control characters are escaped; what is not UTF-8 becomes U+FFFD.
std::string escaped(std::string_view text);

// For a line that people read: control characters become blanks, what is not UTF-8 becomes U+FFFD.
std::string on_one_line(std::string_view text);

// Bytes of the UTF-8 character the text begins with; 0 where it begins with none: overlong forms and surrogates are
// none. REQUIRES: it is not empty.
std::size_t utf8_length(std::string_view text);

}  // namespace pgwatch
