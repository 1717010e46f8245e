// postgres_exporter's environment, so that its containers and units keep working.
#include <algorithm>
#include <cctype>
#include <stdexcept>
#include <string_view>

#include "exporter/config/settings.h"
#include "exporter/util/file.h"

namespace pgwatch::config {
namespace {

constexpr std::string_view kSpace = " \t\r\n";

std::string trim(const std::string& text, std::string_view characters = kSpace) {
  const std::size_t first = text.find_first_not_of(characters);
  if (first == std::string::npos) return "";
  return text.substr(first, text.find_last_not_of(characters) - first + 1);
}

std::string read_setting(const std::string& path, const std::string& variable) {
  try {
    return trim(read_file(path));
  } catch (const std::runtime_error& error) {
    throw Error(variable + ": cannot read " + path + ": " + error.what());
  }
}

struct Setting {
  std::string variable;  // the one it came from, for messages
  std::string value;     // "" where neither is set
};

// An empty variable counts as unset, and the file goes first: so postgres_exporter has it.
Setting setting(const std::string& name, const Environment& environment) {
  const std::string file_variable = name + "_FILE";
  if (const auto path = environment(file_variable); path && !path->empty()) {
    return {file_variable, read_setting(*path, file_variable)};
  }
  return {name, environment(name).value_or("")};
}

bool is_letter(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_'; }

std::string_view skip_space(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  return text;
}

bool begins_uri(std::string_view text) {
  return skip_space(text).starts_with("postgres://") || skip_space(text).starts_with("postgresql://");
}

bool begins_keyword(std::string_view text) {
  text = skip_space(text);
  const auto end = std::find_if_not(text.begin(), text.end(), is_letter);
  return end != text.begin() && skip_space({end, static_cast<std::size_t>(text.end() - end)}).starts_with('=');
}

// Where the connection string at the front of text ends: commas separate them, but also hosts and ports within one, and
// may stand in quotes. So one ends only where what follows a comma begins like another.
std::size_t end_of_first(std::string_view text) {
  const bool is_uri = begins_uri(text);  // has no quotes
  bool quoted = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (!is_uri && text[at] == '\\') {
      ++at;
    } else if (!is_uri && text[at] == '\'') {
      quoted = !quoted;
    } else if (!quoted && text[at] == ',') {
      const std::string_view next = text.substr(at + 1);
      if (begins_uri(next) || begins_keyword(next)) return at;
    }
  }
  return text.size();
}

// Commas with nothing before or behind them separate nothing.
std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::size_t end = end_of_first(text);
    if (std::string part = trim(std::string(text.substr(0, end)), ", \t\r\n"); !part.empty()) parts.push_back(part);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

std::string percent_encode(const std::string& text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || std::string_view("-._~").find(c) != std::string_view::npos) {
      encoded += c;
    } else {
      encoded += {'%', kHex[byte >> 4U], kHex[byte & 15U]};
    }
  }
  return encoded;
}

TargetSettings target(const std::string& conninfo, const std::string& variable) {
  TargetSettings settings;
  settings.access.conninfo = Secret(conninfo);
  settings.name_at = settings.conninfo_at = variable;
  return settings;
}

std::vector<TargetSettings> from_names(const Setting& names) {
  std::vector<TargetSettings> targets;
  for (const std::string& conninfo : split(names.value)) targets.push_back(target(conninfo, names.variable));
  if (targets.empty()) throw Error(names.variable + ": names no server; expected connection strings, as host=db1");
  return targets;
}

// The password file is not read here: as password_file it is read again at each connect.
TargetSettings from_uri(const Setting& uri, const Environment& environment) {
  if (uri.value.find("://") < uri.value.find('/')) {
    throw Error(uri.variable + ": expected HOST:PORT/DBNAME without a scheme; a whole URI goes into DATA_SOURCE_NAME");
  }
  const std::string password_file = environment("DATA_SOURCE_PASS_FILE").value_or("");
  const std::string password = password_file.empty() ? environment("DATA_SOURCE_PASS").value_or("") : "";
  std::string login = percent_encode(setting("DATA_SOURCE_USER", environment).value);
  if (!password.empty()) login.append(":").append(percent_encode(password));
  if (!login.empty()) login += "@";
  TargetSettings settings = target("postgresql://" + login + uri.value, uri.variable);
  settings.access.password_file = password_file;
  return settings;
}

void refuse_login_without_uri(const Environment& environment) {
  for (const char* name : {"DATA_SOURCE_USER", "DATA_SOURCE_USER_FILE", "DATA_SOURCE_PASS", "DATA_SOURCE_PASS_FILE"}) {
    if (environment(name).value_or("").empty()) continue;
    throw Error(std::string(name) + " is set, but DATA_SOURCE_URI, which says where to log in, is not");
  }
}

}  // namespace

std::vector<TargetSettings> data_sources(const Environment& environment) {
  const Setting names = setting("DATA_SOURCE_NAME", environment);
  if (!names.value.empty()) return from_names(names);
  const Setting uri = setting("DATA_SOURCE_URI", environment);
  if (!uri.value.empty()) return {from_uri(uri, environment)};
  refuse_login_without_uri(environment);
  return {target("", "libpq's environment")};
}

}  // namespace pgwatch::config
