#include "exporter/config/reader.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <stdexcept>
#include <string_view>

#include "exporter/config/nearest.h"
#include "exporter/config/values.h"

namespace pgwatch::config {
namespace {

std::string_view to_string(Node::Kind kind) {
  switch (kind) {
    case Node::Kind::kNothing: return "nothing";
    case Node::Kind::kText: return "text";
    case Node::Kind::kList: return "a list";
    case Node::Kind::kMapping: return "a mapping";
  }
  return "";
}

std::optional<int> read_integer(const std::string& text) {
  int number = 0;
  const char* last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, number);
  if (text.empty() || error != std::errc{} || end != last) return std::nullopt;
  return number;
}

const Node* find(const Node& mapping, const std::string& key) {
  for (const Entry& entry : mapping.entries) {
    if (entry.key == key) return entry.value.get();
  }
  return nullptr;
}

}  // namespace

Reader::Reader(std::string file_name, const Environment& environment)
    : file_name_(std::move(file_name)), environment_(environment) {}

void Reader::fail(Position at, const std::string& what) const { throw Error(where(at) + ": " + what); }

std::string Reader::where(Position at) const { return config::to_string(file_name_, at); }

void Reader::expect(const Node& node, Node::Kind kind) const {
  if (node.kind == kind) return;
  std::string what = "expected ";
  what += to_string(kind);
  what += ", found ";
  what += to_string(node.kind);
  fail(node.at, what);
}

void Reader::fail_value(const Node& node, const std::string& expected) const {
  fail(node.at, "expected " + expected + ", found " + shown(node.text));
}

void Reader::fail_choice(const Node& node, const std::vector<std::string>& words) const {
  std::string expected;
  for (std::size_t i = 0; i < words.size(); ++i) {
    expected += (i == 0 ? "" : i + 1 == words.size() ? " or " : ", ") + words[i];
  }
  fail_value(node, expected);
}

void Reader::mapping(const Node& node, const std::vector<Field>& fields) const {
  if (node.kind == Node::Kind::kNothing) return;
  expect(node, Node::Kind::kMapping);
  std::vector<std::string> keys;
  for (const Field& field : fields) keys.push_back(field.key);
  for (const Entry& entry : node.entries) {
    if (std::find(keys.begin(), keys.end(), entry.key) != keys.end()) continue;
    fail(entry.at, "unknown key " + shown(entry.key) + known_words(entry.key, keys));
  }
  for (const Field& field : fields) {
    if (const Node* value = find(node, field.key)) field.read(*value);
  }
}

const std::vector<Entry>& Reader::entries(const Node& node) const {
  if (node.kind != Node::Kind::kNothing) expect(node, Node::Kind::kMapping);
  return node.entries;
}

const std::vector<NodePtr>& Reader::items(const Node& node) const {
  expect(node, Node::Kind::kList);
  return node.items;
}

std::string Reader::text(const Node& node) const {
  expect(node, Node::Kind::kText);
  try {
    return expand(node.text, environment_);
  } catch (const std::invalid_argument& error) {
    fail(node.at, error.what());
  }
}

std::string Reader::literal(const Node& node) const {
  expect(node, Node::Kind::kText);
  return node.text;
}

bool Reader::boolean(const Node& node) const { return choice<bool>(node, {{"true", true}, {"false", false}}); }

int Reader::integer(const Node& node, int least, int most) const {
  const std::optional<int> number = read_integer(text(node));
  if (number && *number >= least && *number <= most) return *number;
  fail_value(node, "a whole number from " + std::to_string(least) + " to " + std::to_string(most));
}

Milliseconds Reader::duration(const Node& node, Milliseconds least, Milliseconds most) const {
  const std::optional<Milliseconds> duration = read_duration(text(node));
  if (duration && *duration >= least && *duration <= most) return *duration;
  fail_value(node, "a duration from " + to_text(least) + " to " + to_text(most) + ", as 500ms, 3s, 5m, 1h or 1d");
}

std::vector<std::string> Reader::texts(const Node& node) const {
  std::vector<std::string> texts;
  for (const NodePtr& item : items(node)) {
    texts.push_back(text(*item));
    if (texts.back().empty()) fail(item->at, "expected text, found \"\"");
  }
  return texts;
}

}  // namespace pgwatch::config
