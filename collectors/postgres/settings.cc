// settings: every setting that is a number or a switch, in seconds and bytes. The server says what there is, so the
// families are named by data.
//
// Our session sets some of them for itself; of those reset_val says what other sessions get. A transaction of ours is
// read-only whatever the server is, so that one is told of a standby only.
#include <array>
#include <charconv>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "collectors/catalogue.h"

namespace pgwatch::collectors {
namespace {

constexpr const char* kSettingsSql = R"sql(
SELECT name,
       CASE WHEN name IN ('default_transaction_read_only', 'jit', 'max_parallel_workers_per_gather',
                          'statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout',
                          'client_connection_check_interval', 'idle_session_timeout') THEN reset_val
            WHEN name = 'transaction_read_only' AND NOT pg_is_in_recovery() THEN reset_val
            ELSE setting END AS setting,
       unit
FROM pg_settings
WHERE vartype IN ('bool', 'integer', 'real')
)sql";

// A value is VALUE * factor / divisor of the base, whose name ends the metric's: dividing keeps 9 ms at 0.009.
struct Unit {
  std::string_view name;
  std::string_view base;
  double factor = 1;
  double divisor = 1;
};

constexpr std::array kUnits = {
    Unit{"us", "seconds", 1, 1e6},
    Unit{"ms", "seconds", 1, 1e3},
    Unit{"s", "seconds"},
    Unit{"min", "seconds", 60},
    Unit{"h", "seconds", 3600},
    Unit{"d", "seconds", 86400},
    Unit{"B", "bytes"},
    Unit{"kB", "bytes", 0x1p10},
    Unit{"MB", "bytes", 0x1p20},
    Unit{"GB", "bytes", 0x1p30},
    Unit{"TB", "bytes", 0x1p40},
};

// A server counts in blocks of its own size, too: 8kB, 16MB.
std::optional<Unit> parse_unit(std::string_view text) {
  int multiple = 1;
  const char* end = text.data() + text.size();
  const char* rest = std::from_chars(text.data(), end, multiple).ptr;
  text.remove_prefix(static_cast<std::size_t>(rest - text.data()));
  for (Unit unit : kUnits) {
    if (unit.name != text) continue;
    unit.factor *= multiple;
    return unit;
  }
  return std::nullopt;
}

// Reals come as printf spells them.
std::optional<Number> parse_setting(std::string_view text) {
  if (text == "inf") return std::numeric_limits<double>::infinity();
  if (text == "-inf") return -std::numeric_limits<double>::infinity();
  if (text == "nan" || text == "-nan") return std::numeric_limits<double>::quiet_NaN();
  return Number::parse(text);
}

// -1 means that something is off or automatic, whatever the unit.
Number converted(Number value, const Unit& unit) {
  if (value == Number(-1) || value == Number(-1.0)) return value;
  return value.as_double() * unit.factor / unit.divisor;
}

// What no name of a metric may hold becomes a line, as postgres_exporter has it for dots.
std::string metric_name(std::string_view setting) {
  std::string name = "pg_settings_";
  for (const char one : setting) {
    const bool plain = (one >= 'a' && one <= 'z') || (one >= 'A' && one <= 'Z') || (one >= '0' && one <= '9');
    name += plain ? one : '_';
  }
  return name;
}

void emit_setting(std::string_view setting, Number value, std::string_view unit_name, Sink& sink) {
  Metric metric{metric_name(setting), "Server parameter " + std::string(setting) + ".", Kind::kGauge};
  if (!unit_name.empty()) {
    const auto unit = parse_unit(unit_name);
    if (!unit) return;
    value = converted(value, *unit);
    metric.name.append("_").append(unit->base);
    metric.help.insert(metric.help.size() - 1, ", in " + std::string(unit->base));
  }
  sink.sample(std::move(metric), {}, value);
}

// Two settings may come to one name; the Sink takes the first and counts the other.
void emit_settings(const Rows& rows, Sink& sink) {
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const auto value = parse_setting(rows.at(row, "setting").value_or(""));
    if (value) emit_setting(rows.at(row, "name").value_or(""), *value, rows.at(row, "unit").value_or(""), sink);
  }
}

}  // namespace

Collector settings() {
  return {
      .name = "settings",
      .help = "The server's settings that are numbers or switches.",
      .source = std::vector<Sql>{{.text = kSettingsSql}},
      .patterns = {{"pg_settings_*",
                    "The setting of this name, dots and dashes written as lines; on is 1. Times end in _seconds and "
                    "sizes in _bytes; -1 stays as it is.",
                    Kind::kGauge}},
      .emit = emit_settings,
      .cost = {.pages = 2},
  };
}

}  // namespace pgwatch::collectors
