#include "exporter/postgres/down.h"

#include <algorithm>
#include <array>
#include <vector>

#include "exporter/model/plan.h"
#include "exporter/model/privilege.h"
#include "exporter/postgres/conninfo.h"

namespace pgwatch::postgres {
namespace {

struct Verdict {
  DownReason reason = DownReason::kOther;
  std::string_view cure = {};  // "" where the reason's own will do
};

struct State {
  std::string_view sqlstate;  // its beginning
  std::string_view text;      // of the message
  Verdict verdict;
};

// Said with who is to be let in where.
constexpr std::string_view kLetIn = "GRANT CONNECT ON DATABASE";

constexpr std::array kStates = {
    State{"28", "requires a valid client certificate", {DownReason::kAuth, "give sslcert and sslkey"}},
    State{"28",
          "certificate authentication failed",
          {DownReason::kAuth, "the certificate's common name must be the role's, or pg_ident.conf must map it"}},
    State{"28", "", {DownReason::kAuth}},
    State{"42501", "", {DownReason::kNoDatabase, kLetIn}},
    State{"3D000", "", {DownReason::kNoDatabase}},
    State{"55000", "", {DownReason::kNoDatabase}},  // it accepts no connections
    State{"53300", "", {DownReason::kTooManyConnections}},
    State{"57P01", "", {DownReason::kStopping}},
    State{"57P02", "", {DownReason::kStopping}},
    State{"57P03", "shutting down", {DownReason::kStopping}},
    State{"57P03", "", {DownReason::kStarting}},
};

struct Hint {
  std::string_view text;
  Verdict verdict;
};

constexpr std::string_view kRefusedOurs = "the server refuses our certificate: check sslcert, and its own ssl_ca_file";

// In this order: a TLS library says "SSL" also of a network that broke under it.
constexpr std::array kHints = {
    Hint{"could not translate host name", {DownReason::kDns}},
    Hint{"timeout expired", {DownReason::kTimeout}},
    Hint{"timed out", {DownReason::kTimeout}},
    Hint{"Connection refused", {DownReason::kRefused}},
    Hint{"No such file or directory", {DownReason::kRefused}},  // of the socket; a certificate "does not exist"
    Hint{"server is in hot standby mode", {DownReason::kWrongRole}},
    Hint{"server is not in hot standby mode", {DownReason::kWrongRole}},
    Hint{"session is read-only", {DownReason::kWrongRole}},
    Hint{"session is not read-only", {DownReason::kWrongRole}},
    Hint{"no more connections allowed", {DownReason::kTooManyConnections}},  // a pooler's words
    Hint{"SSL SYSCALL error", {DownReason::kOther}},
    Hint{"certificate verify failed",
         {DownReason::kTls, "check that the server's certificate has not expired and that sslrootcert has its issuer"}},
    Hint{"does not match host name", {DownReason::kTls, "say a host that is in the server's certificate"}},
    Hint{"alert unknown ca", {DownReason::kTls, kRefusedOurs}},
    Hint{"alert bad certificate", {DownReason::kTls, kRefusedOurs}},
    Hint{"alert certificate", {DownReason::kTls, kRefusedOurs}},
    Hint{"does not support SSL", {DownReason::kTls, "turn on ssl in the server, or say another sslmode"}},
    Hint{"private key file", {DownReason::kTls, "check sslkey and sslpassword"}},
    Hint{"SSL", {DownReason::kTls}},
    Hint{"certificate", {DownReason::kTls}},
    Hint{"expected authentication request", {DownReason::kOther}},  // whoever listens there is no PostgreSQL
    Hint{"server closed the connection", {DownReason::kOther}},
    Hint{"no password supplied", {DownReason::kAuth}},
    Hint{"authentication", {DownReason::kAuth}},
    Hint{"channel binding", {DownReason::kAuth}},
};

std::string_view cure(DownReason reason) {
  switch (reason) {
    case DownReason::kDns: return "check the host name and the resolver";
    case DownReason::kRefused: return "check that the server runs and listens there";
    case DownReason::kTimeout: return "check the address and the firewalls on the way";
    case DownReason::kTls: return "check sslmode and the certificates";
    case DownReason::kAuth: return "check user, password and pg_hba.conf";
    case DownReason::kNoDatabase: return "say another dbname, or leave the database out";
    case DownReason::kTooManyConnections: return "raise max_connections or the role's CONNECTION LIMIT";
    case DownReason::kWrongRole: return "no server that answers is what target_session_attrs asks for";
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

// Names of hosts and files stand in quotes and must not be taken for libpq's words.
std::string without_names(std::string_view text) {
  std::string plain;
  bool quoted = false;
  for (const char letter : text) {
    if (letter == '"') quoted = !quoted;
    if (!quoted) plain += letter;
  }
  return plain;
}

// How far a try got. libpq goes on to the next server where it found nobody, or not whom it was to find.
enum class Progress { kUnknown, kNobodyThere, kAnswered };

struct Judged {
  Progress progress = Progress::kUnknown;
  Verdict verdict;
};

Judged judge_words(std::string_view text) {
  const std::string plain = without_names(text);
  const auto hint = std::ranges::find_if(kHints, [&](const Hint& one) { return contains(plain, one.text); });
  if (hint == kHints.end()) return {};
  const DownReason reason = hint->verdict.reason;
  const bool nobody = reason == DownReason::kDns || reason == DownReason::kRefused || reason == DownReason::kTimeout;
  return {nobody ? Progress::kNobodyThere : Progress::kAnswered, hint->verdict};
}

Judged judge(std::string_view text) {
  const std::string_view sqlstate = sqlstate_of(text);
  if (sqlstate.empty()) return judge_words(text);
  for (const State& state : kStates)
    if (sqlstate.starts_with(state.sqlstate) && contains(text, state.text)) return {Progress::kAnswered, state.verdict};
  return {Progress::kAnswered, {}};
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

// What libpq says twice is kept once.
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

// What libpq says of each server it tried, one after the other.
std::vector<std::string_view> split_tries(std::string_view text) {
  constexpr std::string_view kNext = "\nconnection to server ";
  std::vector<std::string_view> tries;
  for (std::size_t end = text.find(kNext); end != std::string_view::npos; end = text.find(kNext)) {
    tries.push_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  tries.push_back(text);
  return tries;
}

// The last of those that got furthest.
std::size_t find_furthest(const std::vector<std::string_view>& tries) {
  std::size_t furthest = 0;
  for (std::size_t i = 1; i < tries.size(); ++i)
    if (judge(tries[i]).progress >= judge(tries[furthest]).progress) furthest = i;
  return furthest;
}

std::string with_cure(std::string detail, const Verdict& verdict, const Login& login) {
  if (detail.empty()) detail = "the connection broke without a word";
  std::string advice(verdict.cure.empty() ? cure(verdict.reason) : verdict.cure);
  if (advice == kLetIn) advice = grant("CONNECT ON DATABASE " + quote_name(login.database), login.role);
  if (advice.empty()) return detail;
  // libpq ends with a stop, or with a question to its user.
  if (detail.back() == '.' || detail.back() == '?') detail.pop_back();
  return detail.append(": ").append(advice);
}

}  // namespace

std::string_view to_string(DownReason reason) {
  switch (reason) {
    case DownReason::kDns: return "dns";
    case DownReason::kRefused: return "refused";
    case DownReason::kTimeout: return "timeout";
    case DownReason::kTls: return "tls";
    case DownReason::kAuth: return "auth";
    case DownReason::kNoDatabase: return "no_database";
    case DownReason::kTooManyConnections: return "too_many_connections";
    case DownReason::kStarting: return "starting";
    case DownReason::kStopping: return "stopping";
    case DownReason::kWrongRole: return "wrong_role";
    case DownReason::kNoPlace: return "no_place";
    case DownReason::kOther: break;
  }
  return "other";
}

Down classify(std::string_view libpq_message, const Login& login) {
  const std::string text = redact(libpq_message);
  const std::vector<std::string_view> tries = split_tries(text);
  const std::size_t furthest = find_furthest(tries);
  const Verdict verdict = judge(tries[furthest]).verdict;
  Down down{verdict.reason, with_cure(one_line(tries[furthest]), verdict, login)};
  for (std::size_t i = 0; i < tries.size(); ++i) {
    const std::string line = one_line(tries[i]);
    if (i != furthest && !contains(down.detail, line)) down.detail.append("; ").append(line);
  }
  return down;
}

}  // namespace pgwatch::postgres
