// Errs on the side of hiding: a password may hold blanks, quotes and @, and what looks like its end may be its middle.
#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

#include "exporter/postgres/conninfo.h"

namespace pgwatch::postgres {
namespace {

constexpr std::string_view kHidden = "***";
// Endings: sslpassword and PGPASSWORD are passwords too.
constexpr std::array<std::string_view, 4> kSecretKeys = {"password", "oauth_client_secret", "scram_client_key",
                                                         "scram_server_key"};

struct Span {
  std::size_t begin = 0;
  std::size_t end = 0;
};

bool is_blank(char letter) { return std::isspace(static_cast<unsigned char>(letter)) != 0; }

bool same_letter(char left, char right) {
  return std::tolower(static_cast<unsigned char>(left)) == std::tolower(static_cast<unsigned char>(right));
}

std::size_t skip_blanks(std::string_view text, std::size_t at) {
  while (at < text.size() && is_blank(text[at])) ++at;
  return at;
}

// A quoted value ends at its quote, a bare one at a blank; a backslash takes the next letter along in both.
std::size_t end_of_value(std::string_view text, std::size_t at) {
  const bool quoted = at < text.size() && (text[at] == '\'' || text[at] == '"');
  const char quote = quoted ? text[at++] : '\0';
  for (; at < text.size(); ++at) {
    if (text[at] == '\\')
      ++at;
    else if (quoted ? text[at] == quote : is_blank(text[at]))
      return at;
  }
  return text.size();
}

bool has_key_at(std::string_view text, std::size_t at, std::string_view key) {
  const std::string_view here = text.substr(at, key.size());
  return std::equal(here.begin(), here.end(), key.begin(), key.end(), same_letter);
}

// The value of a secret keyword that begins at `at`: password = 'it''s'.
std::optional<Span> keyword_value(std::string_view text, std::size_t at) {
  for (const std::string_view key : kSecretKeys) {
    if (!has_key_at(text, at, key)) continue;
    const std::size_t sign = skip_blanks(text, at + key.size());
    if (sign == text.size() || text[sign] != '=') continue;
    const std::size_t begin = skip_blanks(text, sign + 1);
    return Span{begin, end_of_value(text, begin)};
  }
  return std::nullopt;
}

// The password of a URI whose :// is at `at`: from the first colon to the line's last @.
std::optional<Span> uri_password(std::string_view text, std::size_t at) {
  constexpr std::string_view kScheme = "://";
  if (text.substr(at, kScheme.size()) != kScheme) return std::nullopt;
  const std::string_view line = text.substr(0, std::min(text.find('\n', at), text.size()));
  const std::size_t last = line.rfind('@');
  const std::size_t colon = line.find(':', at + kScheme.size());
  if (last == std::string_view::npos || colon == std::string_view::npos || last < colon) return std::nullopt;
  return Span{colon + 1, last};
}

}  // namespace

std::string redact(std::string_view text) {
  std::string result;
  std::size_t at = 0;
  while (at < text.size()) {
    std::optional<Span> secret = keyword_value(text, at);
    if (!secret) secret = uri_password(text, at);
    if (!secret) {
      result += text[at++];
      continue;
    }
    result.append(text.substr(at, secret->begin - at)).append(kHidden);
    at = secret->end;
  }
  return result;
}

std::string redact(std::string_view text, std::string_view secret) {
  std::string result(text);
  if (secret.empty()) return result;
  for (std::size_t at = result.find(secret); at != std::string::npos; at = result.find(secret, at + kHidden.size()))
    result.replace(at, secret.size(), kHidden);
  return result;
}

bool is_secret(std::string_view keyword) {
  return std::ranges::any_of(kSecretKeys, [&](std::string_view key) { return keyword.ends_with(key); });
}

}  // namespace pgwatch::postgres
