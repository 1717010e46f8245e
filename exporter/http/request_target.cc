#include "exporter/http/request_target.h"

#include <algorithm>
#include <charconv>

#include "exporter/http/words.h"

namespace pgwatch::http {
namespace {

std::string decoded(std::string_view text) {
  std::string plain;
  for (std::size_t at = 0; at < text.size(); ++at) {
    unsigned char byte = 0;
    const char* code = text.data() + at + 1;
    const bool is_code =
        text[at] == '%' && at + 2 < text.size() && std::from_chars(code, code + 2, byte, 16).ptr == code + 2;
    plain += is_code ? static_cast<char>(byte) : text[at] == '+' ? ' ' : text[at];
    if (is_code) at += 2;
  }
  return plain;
}

}  // namespace

std::string_view path_of(std::string_view target) {
  const std::size_t scheme = target.find("://");
  if (target.starts_with('/') || scheme == target.npos) return target;
  const std::size_t path = target.find('/', scheme + 3);
  return path == target.npos ? "/" : target.substr(path);
}

std::vector<std::pair<std::string, std::string>> parse_query(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> query;
  for (const std::string_view argument : split(text, '&')) {
    const std::size_t equals = std::min(argument.find('='), argument.size());
    const std::string_view value = argument.substr(std::min(equals + 1, argument.size()));
    if (!argument.empty()) query.emplace_back(decoded(argument.substr(0, equals)), decoded(value));
  }
  return query;
}

}  // namespace pgwatch::http
