#include "exporter/postgres/conninfo.h"

#include <arpa/inet.h>
#include <libpq-fe.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>
#include <new>
#include <sstream>
#include <stdexcept>

#include "exporter/postgres/passfile.h"

namespace pgwatch::postgres {
namespace {

using Values = std::map<std::string, std::string, std::less<>>;

struct Release {
  void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
  void operator()(PGconn* connection) const { PQfinish(connection); }
  void operator()(char* text) const { PQfreemem(text); }
};
using Options = std::unique_ptr<PQconninfoOption, Release>;

constexpr const char* kDefaultPort = "5432";

[[noreturn]] void refuse(const std::string& why) { throw std::invalid_argument("connection string: " + why); }

Values values_of(const PQconninfoOption* option) {
  Values values;
  for (; option->keyword != nullptr; ++option)
    if (option->val != nullptr && *option->val != '\0') values.emplace(option->keyword, option->val);
  return values;
}

bool is_keyword_like(std::string_view word) {
  return std::all_of(word.begin(), word.end(), [](char one) { return (one >= 'a' && one <= 'z') || one == '_'; });
}

// libpq quotes the part it stumbled over, which may be a piece of a password. Only what may be a misspelt keyword is
// kept.
std::string without_pieces(std::string_view message) {
  const bool names_keyword = message.find("invalid connection option") != std::string_view::npos ||
                             message.find("invalid URI query parameter") != std::string_view::npos;
  const std::size_t open = message.find('"');
  const std::size_t close = message.rfind('"');
  if (open == close) return std::string(message);
  const std::string_view piece = message.substr(open + 1, close - open - 1);
  if (names_keyword && is_keyword_like(piece)) return std::string(message);
  return std::string(message.substr(0, open)) + "\"…\"" + std::string(message.substr(close + 1));
}

std::string first_line(std::string_view text) { return std::string(text.substr(0, text.find('\n'))); }

// What the string itself says.
Values read(const std::string& text) {
  char* raw_error = nullptr;
  const Options options(PQconninfoParse(text.c_str(), &raw_error));
  const std::unique_ptr<char, Release> error(raw_error);
  if (!options) refuse(error ? without_pieces(first_line(error.get())) : "out of memory");
  return values_of(options.get());
}

// libpq quotes the value it does not like, which may be anything; the keyword stands outside the quotes.
std::string without_quoted(std::string text) {
  if (text.starts_with("definition of service")) return text;  // a name, which helps to find the mistake
  std::size_t open = text.find('"');
  while (open != std::string::npos) {
    const std::size_t close = std::min(text.find('"', open + 1), text.size() - 1);
    text.replace(open, close - open + 1, "***");
    open = text.find('"', open + 3);
  }
  return text;
}

// What libpq makes of the string, the service file and the environment. It tells that only of a connection; one that is
// given up for an impossible value, before anything is looked up or connected to, tells all values but that one. Before
// it gives up it looks for a password, in a file it may complain of on stderr, unless another value keeps it from that.
Values expand(const std::string& text, const char* spoilt, const char* shield) {
  constexpr const char* kImpossible = "impossible-on-purpose";
  const char* const keywords[] = {"dbname", spoilt, shield, nullptr};
  const char* const values[] = {text.c_str(), kImpossible, kNoFile, nullptr};
  const std::unique_ptr<PGconn, Release> connection(PQconnectStartParams(keywords, values, 1));
  if (!connection) throw std::bad_alloc();
  const std::string_view message = PQerrorMessage(connection.get());
  if (message.find(kImpossible) == std::string_view::npos) refuse(without_quoted(redact(first_line(message))));
  const Options options(PQconninfo(connection.get()));
  if (!options) throw std::bad_alloc();
  Values result = values_of(options.get());
  result.erase(spoilt);
  result.erase(shield);
  return result;
}

// As libpq reads one: a sign and spaces around it are fine.
bool is_integer(const std::string& text) {
  std::istringstream stream(text);
  int number = 0;
  return stream >> number && (stream >> std::ws).eof();
}

// libpq looks at these only when it connects, and the target would be down for ever.
void check_late_ones(const Values& values) {
  constexpr std::array kSessions = {"any", "read-write", "read-only", "primary", "standby", "prefer-standby"};
  constexpr std::array kIntegers = {"connect_timeout",     "keepalives",       "keepalives_idle",
                                    "keepalives_interval", "keepalives_count", "tcp_user_timeout"};
  const auto session = values.find("target_session_attrs");
  if (session != values.end() && std::ranges::find(kSessions, session->second) == kSessions.end())
    refuse("target_session_attrs: expected any, read-write, read-only, primary, standby or prefer-standby");
  for (const char* keyword : kIntegers) {
    const auto found = values.find(keyword);
    if (found != values.end() && !is_integer(found->second)) refuse(keyword + std::string(": expected a whole number"));
  }
}

Values read_all(const std::string& text) {
  const Values said = read(text);
  const std::string expandable = said.empty() ? std::string() : text;  // a blank string is no name of a database
  Values values = expand(expandable, "target_session_attrs", "passfile");
  values.merge(expand(expandable, "sslmode", "password"));
  check_late_ones(values);
  if (const auto service = said.find("service"); service != said.end()) values.insert(*service);
  values.emplace("passfile", default_passfile());
  // libpq would look for tickets in the thread that calls it.
  if (!said.contains("gssencmode") && values["gssencmode"] == "prefer") values["gssencmode"] = "disable";
  return values;
}

std::vector<std::string> split(std::string_view list) {
  std::vector<std::string> elements;
  for (std::size_t comma = list.find(','); comma != std::string_view::npos; comma = list.find(',')) {
    elements.emplace_back(list.substr(0, comma));
    list.remove_prefix(comma + 1);
  }
  elements.emplace_back(list);
  return elements;
}

std::string join(const std::vector<Endpoint>& endpoints, std::string Endpoint::*member) {
  std::string list;
  for (const Endpoint& endpoint : endpoints)
    list.append(&endpoint == endpoints.data() ? "" : ",").append(endpoint.*member);
  return list;
}

std::string checked_port(const std::string& port) {
  int number = 0;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
  if (error == std::errc() && end == port.data() + port.size() && number >= 1 && number <= 65535) return port;
  // Not quoted: where a password holds an @ or a / that is not written %40 or %2F, a piece of it stands here.
  refuse("a port is not a number from 1 to 65535; in a URI write @ and / of a password as %40 and %2F");
}

std::string checked_host(const std::string& host) {
  const bool folder = host.starts_with('/') || host.starts_with('@');  // an abstract socket begins so
  if (folder || host.find('@') == std::string::npos) return host;
  refuse("a host holds an @; in a URI write @ of a password as %40");
}

// libpq has made sure that the lists are of equal length, or that there is one port for all.
std::vector<Endpoint> read_endpoints(const Values& values) {
  const auto list = [&](std::string_view key) {
    const auto found = values.find(key);
    return split(found == values.end() ? std::string_view() : found->second);
  };
  const std::vector<std::string> hosts = list("host");
  const std::vector<std::string> addresses = list("hostaddr");
  const std::vector<std::string> ports = list("port");
  std::vector<Endpoint> endpoints(std::max(hosts.size(), addresses.size()));
  for (std::size_t index = 0; index < endpoints.size(); ++index) {
    const std::string& port = ports.size() == 1 ? ports[0] : ports.at(index);
    endpoints[index].host = index < hosts.size() ? checked_host(hosts[index]) : "";
    endpoints[index].hostaddr = index < addresses.size() ? addresses[index] : "";
    endpoints[index].port = port.empty() ? kDefaultPort : checked_port(port);
  }
  return endpoints;
}

bool is_address(const std::string& host) {
  in6_addr ignored{};  // large enough for both
  return inet_pton(AF_INET, host.c_str(), &ignored) == 1 || inet_pton(AF_INET6, host.c_str(), &ignored) == 1;
}

}  // namespace

bool Endpoint::is_socket() const { return hostaddr.empty() && (host.empty() || host[0] == '/' || host[0] == '@'); }

bool Endpoint::needs_lookup() const { return hostaddr.empty() && !is_socket() && !is_address(host); }

std::string Endpoint::text() const {
  std::string name = host.empty() ? hostaddr : host;
  if (name.empty()) name = "localhost";
  return (name.find(':') == std::string::npos ? name : "[" + name + "]") + ":" + port;
}

Conninfo::Conninfo(const Secret& text) : values_(read_all(text.reveal())), endpoints_(read_endpoints(values_)) {
  const auto database = values_.find("dbname");
  const auto user = values_.find("user");
  database_ = database != values_.end() ? database->second : user != values_.end() ? user->second : "postgres";
}

const std::string& Conninfo::database() const { return database_; }

std::string Conninfo::address() const {
  std::string list;
  for (const Endpoint& endpoint : endpoints_) list.append(list.empty() ? "" : ",").append(endpoint.text());
  return list;
}

const std::string& Conninfo::target_session_attrs() const { return values_.at("target_session_attrs"); }

std::string Conninfo::passfile_complaint() const {
  if (values_.contains("password")) return "";
  const std::string& path = values_.at("passfile");
  const std::string problem = passfile_problem(path);
  return problem.empty() ? "" : "password file " + path + " is not used: " + problem;
}

std::vector<std::pair<std::string, std::string>> Conninfo::parameters(const std::vector<Endpoint>& resolved,
                                                                      std::string_view database,
                                                                      const Secret& password) const {
  Values values = values_;
  values["host"] = join(resolved, &Endpoint::host);
  values["hostaddr"] = join(resolved, &Endpoint::hostaddr);
  values["port"] = join(resolved, &Endpoint::port);
  values["dbname"] = database.empty() ? database_ : database;
  values["client_encoding"] = "UTF8";
  if (!password.empty()) values["password"] = password.reveal();
  if (!passfile_complaint().empty()) values["passfile"] = kNoFile;
  if (!values.contains("fallback_application_name")) values.emplace("application_name", "pgwatch");
  values.emplace("tcp_user_timeout", "10000");
  values.emplace("keepalives", "1");
  values.emplace("keepalives_idle", "30");
  values.emplace("keepalives_interval", "10");
  values.emplace("keepalives_count", "3");
  std::erase_if(values, [](const auto& entry) { return entry.second.empty(); });
  return {values.begin(), values.end()};
}

}  // namespace pgwatch::postgres
