#include "exporter/model/metric.h"

#include <algorithm>
#include <cstddef>

#include "exporter/model/text.h"

namespace pgwatch {
namespace {

// std::isalpha asks the locale.
bool is_letter(char one) { return (one >= 'a' && one <= 'z') || (one >= 'A' && one <= 'Z') || one == '_'; }
bool is_digit(char one) { return one >= '0' && one <= '9'; }

// Where the quoted value at the beginning of text ends.
std::size_t closing_quote(std::string_view text) {
  std::size_t position = 0;
  while (position < text.size() && text[position] != '"') position += text[position] == '\\' ? 2 : 1;
  return std::min(position, text.size());
}

std::string unescape(std::string_view value) {
  std::string text;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const bool escaped = value[i] == '\\' && i + 1 < value.size();
    if (escaped) ++i;
    text += escaped && value[i] == 'n' ? '\n' : value[i];
  }
  return text;
}

}  // namespace

std::string_view to_string(Kind kind) {
  switch (kind) {
    case Kind::kGauge: return "gauge";
    case Kind::kCounter: return "counter";
    case Kind::kUntyped: return "untyped";
    case Kind::kHistogram: return "histogram";
  }
  return "untyped";
}

void append_label(std::string& text, std::string_view name, std::string_view value) {
  if (!text.empty()) text += ',';
  text += name;
  text += "=\"";
  append_escaped(text, value, Place::kLabelValue);
  text += '"';
}

std::optional<std::string> find_label(std::string_view labels, std::string_view name) {
  while (!labels.empty()) {
    const std::size_t equals = labels.find("=\"");
    if (equals == std::string_view::npos) return std::nullopt;
    const std::string_view here = labels.substr(0, equals);
    labels.remove_prefix(equals + 2);
    const std::size_t end = closing_quote(labels);
    if (here == name) return unescape(labels.substr(0, end));
    labels.remove_prefix(std::min(end + 2, labels.size()));  // the quote and the comma
  }
  return std::nullopt;
}

bool is_metric_name(std::string_view name) {
  return !name.empty() && !is_digit(name.front()) &&
         std::all_of(name.begin(), name.end(), [](char one) { return is_letter(one) || is_digit(one) || one == ':'; });
}

bool is_label_name(std::string_view name) {
  return is_metric_name(name) && name.find(':') == std::string_view::npos && !name.starts_with("__");
}

}  // namespace pgwatch
