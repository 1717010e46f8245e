// Conninfo: a connection string taken apart by libpq's own rules, and put together again for one attempt.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "exporter/model/secret.h"

namespace pgwatch::postgres {

// One place a server may be: an element of libpq's comma-separated host, hostaddr and port.
struct Endpoint {
  std::string host;      // a name, an address, or the folder of a socket
  std::string hostaddr;  // an address that need not be looked up; "" where the host must be
  std::string port;

  bool is_socket() const;
  bool needs_lookup() const;  // a name without hostaddr
  std::string text() const;   // for messages
  friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

class Conninfo {
 public:
  // Reads keywords, URI, service file and libpq's environment. Throws std::invalid_argument whose text holds no secret.
  explicit Conninfo(const Secret& text);

  const std::vector<Endpoint>& endpoints() const { return endpoints_; }
  const std::string& database() const;              // dbname, or user, or "postgres"
  std::string address() const;                      // host:port[,…] for pg_server_info and messages: no secret
  const std::string& target_session_attrs() const;  // "any" where nobody asks for more

  // Names libpq's password file where it would be asked for a password but must not be used as it is now, and the cure;
  // else "". libpq itself would say so at each connect, on stderr, and is kept from it by parameters().
  std::string passfile_complaint() const;

  // Keywords and values for PQconnectStartParams: the endpoints with the addresses found for them, the database, the
  // password (where not empty it overrides), and our defaults where the user said nothing: application_name=pgwatch,
  // tcp_user_timeout, keepalives, gssencmode=disable (libpq would look for tickets in the caller's thread).
  std::vector<std::pair<std::string, std::string>> parameters(const std::vector<Endpoint>& resolved,
                                                              std::string_view database, const Secret& password) const;

  friend bool operator==(const Conninfo&, const Conninfo&) = default;

 private:
  std::map<std::string, std::string, std::less<>> values_;
  std::vector<Endpoint> endpoints_;
  std::string database_;
};

// Takes secrets out of a text that may quote a connection string (password=…, user:password@, sslpassword=…).
std::string redact(std::string_view text);
// Takes out this secret wherever it stands. An empty one stands nowhere.
std::string redact(std::string_view text, std::string_view secret);
// Whether the value of this keyword is a secret.
bool is_secret(std::string_view keyword);

}  // namespace pgwatch::postgres
