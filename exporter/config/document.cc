#include "exporter/config/document.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <cstddef>
#include <map>
#include <optional>
#include <sstream>
#include <utility>

#include "exporter/config/config.h"
#include "exporter/config/values.h"
#include "exporter/util/escape.h"

namespace pgwatch::config {
namespace {

constexpr std::size_t kMostBytes = 1024 * 1024;
constexpr std::size_t kMostLevels = 32;  // a configuration has six

Position position(const YAML::Mark& mark) {
  if (mark.is_null()) return {};
  return {mark.line + 1, mark.column + 1};
}

// We build from yaml-cpp's events and not from its nodes: those forget doubled keys, and an alias can make them a
// cycle.
class Builder final : public YAML::EventHandler {
 public:
  explicit Builder(const std::string& file_name) : file_name_(file_name) {}

  NodePtr root() const { return root_; }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (root_) fail(position(mark), "a second document begins here; a configuration is one document");
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    refuse_as_key(mark);
    finish(std::make_shared<Node>(Node{.at = place_of_nothing(mark)}), anchor);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& /*tag*/, YAML::anchor_t anchor,
                const std::string& value) override {
    if (wants_key()) return open_key(value, position(mark));
    finish(std::make_shared<Node>(Node{.kind = Node::Kind::kText, .at = position(mark), .text = value}), anchor);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    refuse_as_key(mark);
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) fail(position(mark), "this alias stands inside its own anchor, or names a key");
    attach(found->second);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& /*tag*/, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    open(Node::Kind::kList, mark, anchor);
  }
  void OnSequenceEnd() override { close(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& /*tag*/, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    open(Node::Kind::kMapping, mark, anchor);
  }
  void OnMapEnd() override { close(); }

 private:
  struct Key {
    std::string text;
    Position at;
  };
  struct Level {
    std::shared_ptr<Node> node;
    YAML::anchor_t anchor = 0;
    std::optional<Key> key = {};                // waits for its value
    std::map<std::string, Position> keys = {};  // seen so far
  };

  [[noreturn]] void fail(Position at, const std::string& what) const {
    throw Error(to_string(file_name_, at) + ": " + what);
  }

  bool wants_key() const {
    return !levels_.empty() && levels_.back().node->kind == Node::Kind::kMapping && !levels_.back().key;
  }

  // What is not there has no place of its own; yaml-cpp gives that of whatever comes next.
  Position place_of_nothing(const YAML::Mark& mark) const {
    return !levels_.empty() && levels_.back().key ? levels_.back().key->at : position(mark);
  }

  void refuse_as_key(const YAML::Mark& mark) const {
    if (wants_key()) fail(position(mark), "a key must be plain text");
  }

  void open_key(const std::string& text, Position at) {
    if (text == "<<") fail(at, "merge keys (<<) are not read; what holds for every target is written once, at the top");
    Level& level = levels_.back();
    const auto [first, is_new] = level.keys.emplace(text, at);
    if (!is_new)
      fail(at, "key " + shown(text) + " stands here twice, also in line " + std::to_string(first->second.line));
    level.key = Key{text, at};
  }

  void open(Node::Kind kind, const YAML::Mark& mark, YAML::anchor_t anchor) {
    refuse_as_key(mark);
    if (levels_.size() == kMostLevels) fail(position(mark), "nested more than 32 levels deep");
    levels_.push_back({.node = std::make_shared<Node>(Node{.kind = kind, .at = position(mark)}), .anchor = anchor});
  }

  void close() {
    const Level level = std::move(levels_.back());
    levels_.pop_back();
    finish(level.node, level.anchor);
  }

  void finish(NodePtr node, YAML::anchor_t anchor) {
    if (anchor != 0) anchors_[anchor] = node;
    attach(std::move(node));
  }

  void attach(NodePtr node) {
    if (levels_.empty()) {
      root_ = std::move(node);
      return;
    }
    Level& level = levels_.back();
    if (level.node->kind == Node::Kind::kList) {
      level.node->items.push_back(std::move(node));
      return;
    }
    level.node->entries.push_back({level.key->text, level.key->at, std::move(node)});
    level.key.reset();
  }

  const std::string& file_name_;
  NodePtr root_;
  std::vector<Level> levels_;
  std::map<YAML::anchor_t, NodePtr> anchors_;
};

// yaml-cpp takes 0x04 for the end of the text, and nothing that a person writes holds others. Bytes that are not UTF-8
// it would replace, and a password would silently be another.
void refuse_what_is_no_text(std::string_view text, const std::string& file_name) {
  for (Position at; !text.empty();) {
    const char c = text.front();
    const std::size_t length = utf8_length(text);
    const bool is_control = static_cast<unsigned char>(c) < ' ' && c != '\t' && c != '\r' && c != '\n';
    if (length == 0 || is_control)
      throw Error(to_string(file_name, at) + ": " + (is_control ? "a control character" : "a byte that is not UTF-8") +
                  "; the file must be UTF-8 text");
    at = c == '\n' ? Position{at.line + 1, 1} : Position{at.line, at.column + static_cast<int>(length)};
    text.remove_prefix(length);
  }
}

}  // namespace

std::string to_string(const std::string& file_name, Position at) {
  return file_name + ":" + std::to_string(at.line) + ":" + std::to_string(at.column);
}

NodePtr parse_document(const std::string& text, const std::string& file_name) {
  if (text.size() > kMostBytes) throw Error(file_name + ": larger than 1 MiB, so hardly a configuration");
  refuse_what_is_no_text(text, file_name);
  Builder builder(file_name);
  try {
    std::istringstream stream(text);
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) continue;
  } catch (const YAML::Exception& error) {
    throw Error(to_string(file_name, position(error.mark)) + ": not YAML: " + error.msg);
  }
  return builder.root() ? builder.root() : std::make_shared<Node>();
}

}  // namespace pgwatch::config
