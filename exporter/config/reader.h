// Reader: takes values out of a document and says where one is wrong, what was expected and what was found.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "exporter/config/config.h"
#include "exporter/config/document.h"

namespace pgwatch::config {

class Reader {
 public:
  struct Field {
    std::string key;
    std::function<void(const Node&)> read;
  };

  Reader(std::string file_name, const Environment& environment);

  [[noreturn]] void fail(Position at, const std::string& what) const;
  // Shows the value as it was written.
  [[noreturn]] void fail_value(const Node& node, const std::string& expected) const;
  std::string where(Position at) const;  // file:line:column

  // Reads the fields that are there, in this order and not the file's. Any other key is an error. Nothing counts as
  // empty.
  void mapping(const Node& node, const std::vector<Field>& fields) const;
  // For keys that are the user's own: labels.
  const std::vector<Entry>& entries(const Node& node) const;
  const std::vector<NodePtr>& items(const Node& node) const;

  // In all of these ${NAME} is expanded first. An error shows the value as it was written.
  std::string text(const Node& node) const;
  bool boolean(const Node& node) const;
  int integer(const Node& node, int least, int most) const;
  Milliseconds duration(const Node& node, Milliseconds least, Milliseconds most) const;
  std::vector<std::string> texts(const Node& node) const;  // a list of texts, none of them empty

  // As it stands, for SQL and for files that were not written for us: a dollar there means what it means there.
  std::string literal(const Node& node) const;

  template <typename Value>
  Value choice(const Node& node, const std::vector<std::pair<std::string, Value>>& choices) const {
    const std::string word = text(node);
    std::vector<std::string> words;
    for (const auto& [known, value] : choices) {
      if (word == known) return value;
      words.push_back(known);
    }
    fail_choice(node, words);
  }

 private:
  void expect(const Node& node, Node::Kind kind) const;
  [[noreturn]] void fail_choice(const Node& node, const std::vector<std::string>& words) const;

  std::string file_name_;
  const Environment& environment_;
};

}  // namespace pgwatch::config
