#include "exporter/config/read_checks.h"

#include "exporter/config/nearest.h"
#include "exporter/config/values.h"

namespace pgwatch::config {
namespace {

const CheckInfo& find_check(const Reader& reader, const Entry& entry, const std::vector<CheckInfo>& known) {
  std::vector<std::string> names;
  for (const CheckInfo& check : known) {
    if (check.name == entry.key) return check;
    names.push_back(check.name);
  }
  reader.fail(entry.at, "unknown check " + shown(entry.key) + known_words(entry.key, names));
}

void read_check(const Reader& reader, const Node& node, const CheckInfo& check, CheckSetting& setting) {
  if (node.kind == Node::Kind::kText) {
    setting.enabled = reader.boolean(node);
    return;
  }
  if (check.unit == Unit::kNone)
    reader.fail(node.at, "check " + check.name + " has no thresholds; expected true or false");
  const std::vector<Reader::Field> fields = {
      {"enabled", [&](const Node& value) { setting.enabled = reader.boolean(value); }},
      {"warning", [&](const Node& value) { setting.threshold.warning = read_limit(reader, value, check.unit); }},
      {"critical", [&](const Node& value) { setting.threshold.critical = read_limit(reader, value, check.unit); }},
  };
  reader.mapping(node, fields);
  if (const std::string problem = threshold_problem(setting.threshold); !problem.empty())
    reader.fail(node.at, "check " + check.name + " " + problem);
}

}  // namespace

std::optional<double> read_limit(const Reader& reader, const Node& node, Unit unit) {
  const std::string text = reader.text(node);
  if (text == "none") return std::nullopt;
  if (unit == Unit::kNumber) {
    if (const auto value = read_decimal(text)) return value;
    reader.fail_value(node, "a number, as 100 or 0.5, or none");
  }
  const auto value = unit == Unit::kSeconds ? read_seconds(text) : read_size(text);
  if (value > 0) return value;
  const std::string expected =
      unit == Unit::kSeconds ? "a duration above 0, as 60s, 5m or 1h" : "a size above 0, as 256MiB or 2GiB";
  reader.fail_value(node, expected + ", or none");
}

std::string threshold_problem(const Threshold& threshold) {
  const auto& [warning, critical, below] = threshold;
  if (!warning || !critical || (below ? *warning >= *critical : *warning <= *critical)) return "";
  return below ? "would be critical before it warns: give both, critical below warning"
               : "would be critical before it warns: give both, critical above warning";
}

void read_checks(const Reader& reader, const Node& node, const std::vector<CheckInfo>& known, CheckSettings& settings) {
  for (const Entry& entry : reader.entries(node)) {
    const CheckInfo& check = find_check(reader, entry, known);
    const auto [setting, is_new] = settings.try_emplace(check.name, CheckSetting{true, check.threshold});
    read_check(reader, *entry.value, check, setting->second);
  }
}

}  // namespace pgwatch::config
