// The target of a request line, as clients write it: foreign text, read without libmicrohttpd.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pgwatch::http {

// A request may name the whole URL, as to a proxy: of that the path.
std::string_view path_of(std::string_view target);

// Arguments in order, decoded, repeated keys kept. A % that begins no code stands for itself.
std::vector<std::pair<std::string, std::string>> parse_query(std::string_view text);

}  // namespace pgwatch::http
