#include "exporter/config/read_freshness_parts.h"

#include <algorithm>
#include <utility>

#include "exporter/config/values.h"
#include "exporter/model/plan.h"

namespace pgwatch::config {
namespace {

using Seconds = FreshnessCheck::Seconds;

constexpr Milliseconds kMonth = std::chrono::hours{24 * 31};
constexpr int kManyRows = 1'000'000'000;
constexpr int kManyGroups = 10'000;

using ReadLimit = std::function<double(const Node&)>;

Threshold limits(const Reader& reader, const Node& node, Worse worse, const ReadLimit& read) {
  Threshold threshold;
  reader.mapping(node, {{"warn", [&](const Node& value) { threshold.warning = read(value); }},
                        {"critical", [&](const Node& value) { threshold.critical = read(value); }}});
  const auto& [warning, critical, below] = threshold;
  const bool in_order = worse == Worse::kAbove ? warning <= critical : warning >= critical;
  if (warning && critical && !in_order)
    reader.fail(node.at, "it would be critical before it warns: give critical " +
                             std::string(worse == Worse::kAbove ? "above" : "below") + " warn");
  return threshold;
}

Threshold counts(const Reader& reader, const Node& node, Worse worse) {
  return limits(reader, node, worse, [&](const Node& value) { return reader.integer(value, 1, kManyRows); });
}

// Who looks for something bad and gives no limit wants to hear of the first.
void warn_from_one(Threshold& threshold) {
  if (!threshold.warning && !threshold.critical) threshold.warning = 1;
}

Seconds period(const Reader& reader, const Node& node) { return whole_seconds(reader, node, kSecond, kMonth); }

void require(const Reader& reader, const Node& node, bool is_there, const std::string& expected) {
  if (!is_there) reader.fail(node.at, "expected " + expected);
}

// -- Validity ---------------------------------------------------------------------------------------------------------

struct Bar {
  std::string open = "open";
  std::string high = "high";
  std::string low = "low";
  std::string close = "close";
  std::string volume = "volume";  // "": none
};

Bar read_bar(const Reader& reader, const Node& node) {
  Bar bar;
  const auto column = [&](std::string& name) {
    return [&reader, &name](const Node& value) {
      name = reader.text(value);
      if (name.empty()) reader.fail_value(value, "the name of a column");
    };
  };
  reader.mapping(node, {{"open", column(bar.open)},
                        {"high", column(bar.high)},
                        {"low", column(bar.low)},
                        {"close", column(bar.close)},
                        {"volume", [&](const Node& value) { bar.volume = optional_text(reader, value); }}});
  return bar;
}

Bar quoted(const Bar& bar) {
  return {quote_name(bar.open), quote_name(bar.high), quote_name(bar.low), quote_name(bar.close),
          bar.volume.empty() ? "" : quote_name(bar.volume)};
}

std::string any_of(const Bar& bar, const std::string& before, const std::string& after) {
  std::string condition;
  for (const std::string* price : {&bar.open, &bar.high, &bar.low, &bar.close})
    condition += (condition.empty() ? "" : " OR ") + before + *price + after;
  return condition;
}

// What cannot be in a bar of prices. To PostgreSQL NaN is more than infinity.
std::vector<FreshnessCheck::Rule> rules_of(const Bar& named) {
  const Bar bar = quoted(named);
  std::vector<FreshnessCheck::Rule> rules = {
      {"high_below_low", bar.high + " < " + bar.low},
      {"high_below_open_or_close", bar.high + " < greatest(" + bar.open + ", " + bar.close + ")"},
      {"low_above_open_or_close", bar.low + " > least(" + bar.open + ", " + bar.close + ")"},
      {"price_not_positive", any_of(bar, "", " <= 0")},
      {"price_not_finite", any_of(bar, "abs(CAST(", " AS double precision)) >= 'Infinity'")},
  };
  if (!bar.volume.empty()) rules.push_back({"volume_negative", bar.volume + " < 0"});
  return rules;
}

void add_rules(const Reader& reader, const Node& node, std::vector<FreshnessCheck::Rule>& rules) {
  for (const Entry& entry : reader.entries(node)) {
    if (!is_plain_name(entry.key))
      reader.fail(entry.at, "expected a rule's name of a to z, 0 to 9 and _, found " + shown(entry.key));
    if (std::ranges::find(rules, entry.key, &FreshnessCheck::Rule::name) != rules.end())
      reader.fail(entry.at, "rule " + entry.key + " is one of the preset's; call it otherwise");
    const std::string violation = reader.text(*entry.value);
    require(reader, *entry.value, !violation.empty(), "an SQL condition that no row may fulfil, as \"price < 0\"");
    rules.push_back({entry.key, violation});
  }
}

}  // namespace

bool is_plain_name(std::string_view name) {
  constexpr std::size_t kLongest = 48;  // "freshness_" goes before it
  const auto is_plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
  return !name.empty() && name.size() <= kLongest && std::ranges::all_of(name, is_plain);
}

std::string optional_text(const Reader& reader, const Node& node) {
  return node.kind == Node::Kind::kNothing ? "" : reader.text(node);
}

Seconds whole_seconds(const Reader& reader, const Node& node, Milliseconds least, Milliseconds most) {
  const Milliseconds duration = reader.duration(node, least, most);
  if (duration % kSecond != Milliseconds{0}) reader.fail_value(node, "a duration of whole seconds, as 3s, 5m or 1h");
  return std::chrono::duration_cast<Seconds>(duration);
}

double seconds_above_0(const Reader& reader, const Node& node) {
  const auto seconds = read_seconds(reader.text(node));
  if (seconds > 0) return *seconds;
  reader.fail_value(node, "a duration above 0, as 60s, 5m or 1h");
}

FreshnessCheck::Groups read_groups(const Reader& reader, const Node& node, int max) {
  constexpr int kUsualWorst = 20;
  FreshnessCheck::Groups groups{.column = "", .most = max};
  std::optional<bool> worst_only;
  const Node* worst_n = nullptr;
  reader.mapping(node,
                 {{"column", [&](const Node& value) { groups.column = reader.text(value); }},
                  {"max", [&](const Node& value) { groups.most = reader.integer(value, 1, kManyGroups); }},
                  {"expected", [&](const Node& value) { groups.expected = reader.texts(value); }},
                  {"expected_query", [&](const Node& value) { groups.expected_query = optional_text(reader, value); }},
                  {"emit",
                   [&](const Node& value) {
                     worst_only = reader.choice<bool>(value, {{"all", false}, {"worst_n", true}});
                   }},
                  {"worst_n", [&](const Node& value) { worst_n = &value; }}});
  require(reader, node, !groups.column.empty(), "a column, as group_by: {column: symbol}");
  if (worst_n && worst_only == false)
    reader.fail(worst_n->at, "worst_n says how many are shown, and emit: all shows all; leave one out");
  if (worst_n) groups.worst = reader.integer(*worst_n, 1, groups.most);
  if (worst_only == true && !worst_n) groups.worst = std::min(kUsualWorst, groups.most);
  return groups;
}

FreshnessCheck::Window read_window(const Reader& reader, const Node& node) {
  FreshnessCheck::Window window;
  reader.mapping(node,
                 {{"period", [&](const Node& value) { window.period = period(reader, value); }},
                  {"min_rows", [&](const Node& value) { window.min_rows = counts(reader, value, Worse::kBelow); }},
                  {"max_rows", [&](const Node& value) { window.max_rows = counts(reader, value, Worse::kAbove); }}});
  require(reader, node, window.period.count() > 0, "a period, as window: {period: 10m, min_rows: {critical: 1}}");
  return window;
}

FreshnessCheck::Gaps read_gaps(const Reader& reader, const Node& node) {
  FreshnessCheck::Gaps gaps;
  reader.mapping(
      node, {{"step", [&](const Node& value) { gaps.step = period(reader, value); }},
             {"window", [&](const Node& value) { gaps.window = period(reader, value); }},
             {"max_missing", [&](const Node& value) { gaps.max_missing = counts(reader, value, Worse::kAbove); }}});
  require(reader, node, gaps.step.count() > 0 && gaps.window.count() > 0,
          "a step and a window, as gaps: {step: 1m, window: 1h, max_missing: {warn: 1}}");
  warn_from_one(gaps.max_missing);
  constexpr int kMostSteps = 100'000;
  if (gaps.window < gaps.step) reader.fail(node.at, "a window shorter than a step has no step to miss; make it longer");
  if (gaps.window / gaps.step > kMostSteps)
    reader.fail(node.at, "a window of more than 100000 steps; make it shorter, or the step longer");
  return gaps;
}

FreshnessCheck::Late read_late(const Reader& reader, const Node& node) {
  FreshnessCheck::Late late;
  const auto seconds = [&](const Node& value) { return seconds_above_0(reader, value); };
  reader.mapping(node, {{"window", [&](const Node& value) { late.window = period(reader, value); }},
                        {"max_delay",
                         [&](const Node& value) { late.max_delay = limits(reader, value, Worse::kAbove, seconds); }}});
  require(reader, node, late.window.count() > 0 && (late.max_delay.warning || late.max_delay.critical),
          "a window and a delay, as late: {window: 1h, max_delay: {warn: 30s, critical: 5m}}");
  return late;
}

FreshnessCheck::Validity read_validity(const Reader& reader, const Node& node) {
  FreshnessCheck::Validity validity;
  bool bars = false;
  Bar bar;
  const Node* columns = nullptr;
  const Node* own = nullptr;
  reader.mapping(node, {{"preset",
                         [&](const Node& value) {
                           bars = reader.choice<bool>(value, {{"ohlc", true}});
                         }},
                        {"columns", [&](const Node& value) { columns = &value; }},
                        {"rules", [&](const Node& value) { own = &value; }},
                        {"window", [&](const Node& value) { validity.window = period(reader, value); }},
                        {"max_violations",
                         [&](const Node& value) { validity.max_violations = counts(reader, value, Worse::kAbove); }}});
  if (columns && !bars) reader.fail(columns->at, "columns are the preset's; give preset: ohlc, or leave them out");
  if (columns) bar = read_bar(reader, *columns);
  if (bars) validity.rules = rules_of(bar);
  if (own) add_rules(reader, *own, validity.rules);
  require(reader, node, validity.window.count() > 0 && !validity.rules.empty(),
          "a window and what is not valid, as validity: {preset: ohlc, window: 15m} or "
          "validity: {rules: {negative: \"price < 0\"}, window: 15m}");
  warn_from_one(validity.max_violations);
  return validity;
}

}  // namespace pgwatch::config
