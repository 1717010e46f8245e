#include "exporter/postgres/down.h"

#include <algorithm>
#include <array>
#include <vector>

#include "exporter/postgres/conninfo.h"

namespace pgwatch::postgres {
namespace {

struct Hint {
  std::string_view text;
  DownReason reason;
};

// In this order: a TLS library says "SSL" also of a network that broke under it.
constexpr std::array kHints = {
    Hint{"could not translate host name", DownReason::kDns},
    Hint{"timeout expired", DownReason::kTimeout},
    Hint{"timed out", DownReason::kTimeout},
    Hint{"Connection refused", DownReason::kRefused},
    Hint{"No such file or directory", DownReason::kRefused},  // of the socket; a certificate "does not exist"
    Hint{"no more connections allowed", DownReason::kTooManyConnections},  // a pooler's words
    Hint{"SSL SYSCALL error", DownReason::kOther},
    Hint{"SSL", DownReason::kTls},
    Hint{"certificate", DownReason::kTls},
    Hint{"private key file", DownReason::kTls},
    Hint{"expected authentication request", DownReason::kOther},  // whoever listens there is no PostgreSQL
    Hint{"no password supplied", DownReason::kAuth},
    Hint{"authentication", DownReason::kAuth},
    Hint{"channel binding", DownReason::kAuth},
};

std::string_view cure(DownReason reason) {
  switch (reason) {
    case DownReason::kDns: return "check the host name and the resolver";
    case DownReason::kRefused: return "check that the server runs and listens there";
    case DownReason::kTimeout: return "check the address and the firewalls on the way";
    case DownReason::kTls: return "check sslmode and the certificates";
    case DownReason::kAuth: return "check user, password and pg_hba.conf";
    case DownReason::kTooManyConnections: return "raise max_connections or the role's CONNECTION LIMIT";
    case DownReason::kStarting:
    case DownReason::kStopping:
    case DownReason::kNoPlace:
    case DownReason::kOther: break;
  }
  return "";
}

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

bool is_state_letter(char letter) { return (letter >= '0' && letter <= '9') || (letter >= 'A' && letter <= 'Z'); }

// "FATAL:  28P01: …": the severity may be in any language, the two blanks and the five letters are always there.
std::string_view sqlstate_of(std::string_view text) {
  constexpr std::string_view kLead = ":  ";
  for (std::size_t at = text.find(kLead); at != std::string_view::npos; at = text.find(kLead, at + 1)) {
    const std::string_view state = text.substr(at + kLead.size(), 5);
    const bool ended = text.substr(at + kLead.size()).substr(state.size(), 2) == ": ";
    if (state.size() == 5 && ended && std::all_of(state.begin(), state.end(), is_state_letter)) return state;
  }
  return "";
}

DownReason by_sqlstate(std::string_view state, std::string_view text) {
  if (state.substr(0, 2) == "28") return DownReason::kAuth;
  if (state == "42501") return DownReason::kAuth;  // no CONNECT on the database
  if (state == "53300") return DownReason::kTooManyConnections;
  if (state == "57P01" || state == "57P02") return DownReason::kStopping;
  if (state == "57P03") return contains(text, "shutting down") ? DownReason::kStopping : DownReason::kStarting;
  return DownReason::kOther;
}

// Names of hosts and files stand in quotes and must not be taken for libpq's words.
std::string without_quoted(std::string_view text) {
  std::string plain;
  bool quoted = false;
  for (const char letter : text) {
    if (letter == '"') quoted = !quoted;
    if (!quoted) plain += letter;
  }
  return plain;
}

DownReason by_text(std::string_view text) {
  const std::string plain = without_quoted(text);
  for (const Hint& hint : kHints)
    if (contains(plain, hint.text)) return hint.reason;
  return DownReason::kOther;
}

// Blanks and control characters become one blank each run; none at the ends.
std::string squeezed(std::string_view line) {
  std::string result;
  for (const char letter : line) {
    const bool blank = static_cast<unsigned char>(letter) <= ' ' || letter == 127;
    if (!blank)
      result += letter;
    else if (!result.empty() && result.back() != ' ')
      result += ' ';
  }
  if (!result.empty() && result.back() == ' ') result.pop_back();
  return result;
}

bool contains_line(const std::vector<std::string>& lines, const std::string& line) {
  return std::find(lines.begin(), lines.end(), line) != lines.end();
}

// libpq tries again without TLS and then says everything twice; each line is kept once.
std::string one_line(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::string_view raw = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(raw.size() + 1, text.size()));
    std::string line = squeezed(raw);
    if (line.empty() || line.starts_with("LOCATION:") || contains_line(lines, line)) continue;
    const bool continues = raw.front() == '\t' && !lines.empty();
    if (continues)
      lines.back() += " " + line;
    else
      lines.push_back(std::move(line));
  }
  std::string joined;
  for (const std::string& line : lines) joined += (joined.empty() ? "" : "; ") + line;
  return joined;
}

}  // namespace

std::string_view to_string(DownReason reason) {
  switch (reason) {
    case DownReason::kDns: return "dns";
    case DownReason::kRefused: return "refused";
    case DownReason::kTimeout: return "timeout";
    case DownReason::kTls: return "tls";
    case DownReason::kAuth: return "auth";
    case DownReason::kTooManyConnections: return "too_many_connections";
    case DownReason::kStarting: return "starting";
    case DownReason::kStopping: return "stopping";
    case DownReason::kNoPlace: return "no_place";
    case DownReason::kOther: break;
  }
  return "other";
}

Down classify(std::string_view libpq_message) {
  const std::string_view state = sqlstate_of(libpq_message);
  Down down;
  down.reason = state.empty() ? by_text(libpq_message) : by_sqlstate(state, libpq_message);
  down.detail = one_line(redact(libpq_message));
  if (down.detail.empty()) down.detail = "the connection broke without a word";
  if (const std::string_view advice = cure(down.reason); !advice.empty()) down.detail.append(": ").append(advice);
  return down;
}

}  // namespace pgwatch::postgres
