#include <cmath>
#include <ctime>

#include "exporter/health/result.h"
#include "exporter/model/number.h"
#include "exporter/util/escape.h"

namespace pgwatch::health {
namespace {

std::string json_string(std::string_view text) { return '"' + escaped(text) + '"'; }

// JSON knows neither NaN nor infinity.
std::string number(const std::optional<double>& value) {
  if (!value || !std::isfinite(*value)) return "null";
  std::string text;
  Number(*value).append_to(text);
  return text;
}

double seconds(std::chrono::nanoseconds duration) { return std::chrono::duration<double>(duration).count(); }

std::string rfc3339(std::chrono::system_clock::time_point time) {
  const std::time_t whole = std::chrono::system_clock::to_time_t(time);
  std::tm parts{};
  gmtime_r(&whole, &parts);
  char text[32];
  return {text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

// Writes members one after the other: the first needs no comma.
class Object {
 public:
  Object& member(std::string_view key, const std::string& value) {
    text_ += (text_.empty() ? "" : ",") + json_string(key) + ":" + value;
    return *this;
  }
  std::string str() const { return "{" + text_ + "}"; }

 private:
  std::string text_;
};

template <typename List, typename Write>
std::string array(const List& list, Write write) {
  std::string text;
  for (const auto& one : list) text += (text.empty() ? "" : ",") + write(one);
  return "[" + text + "]";
}

std::string counts(const Result& result) {
  Object object;
  for (const auto& [status, count] : result.counts()) object.member(to_string(status), std::to_string(count));
  return object.str();
}

std::string check(const Verdict& verdict) {
  return Object()
      .member("name", json_string(verdict.check))
      .member("target", json_string(verdict.server))
      .member("subject", verdict.subject.empty() ? "null" : json_string(verdict.subject))
      .member("collector", verdict.collector.empty() ? "null" : json_string(verdict.collector))
      .member("status", json_string(to_string(verdict.status)))
      .member("summary", json_string(verdict.summary))
      .member("value", number(verdict.value))
      .member("unit", to_string(verdict.unit).empty() ? "null" : json_string(to_string(verdict.unit)))
      .member("warn", number(verdict.threshold.warning))
      .member("crit", number(verdict.threshold.critical))
      .member("duration_ms", number(std::round(seconds(verdict.duration) * 1e6) / 1e3))
      .str();
}

}  // namespace

std::string to_json(const Result& result) {
  return Object()
             .member("schema", json_string("pgwatch.once/v1"))
             .member("status", json_string(to_string(result.status())))
             .member("exit_code", std::to_string(result.exit_code))
             .member("started", json_string(rfc3339(result.started)))
             .member("duration_s", number(std::round(seconds(result.took) * 1e6) / 1e6))
             .member("version", json_string(result.version))
             .member("counts", counts(result))
             .member("checks", array(result.verdicts, check))
             .member("errors", array(result.errors, [](const std::string& error) { return json_string(error); }))
             .str() +
         "\n";
}

}  // namespace pgwatch::health
