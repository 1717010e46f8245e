// Document: a YAML text as a tree of plain nodes that know where they stand. The only room that includes yaml-cpp.
#pragma once

#include <memory>
#include <string>
#include <vector>

namespace pgwatch::config {

struct Position {
  int line = 1;
  int column = 1;
};

std::string to_string(const std::string& file_name, Position at);  // file:line:column

struct Node;
using NodePtr = std::shared_ptr<const Node>;

struct Entry {
  std::string key;
  Position at;  // of the key
  NodePtr value;
};

// An alias shares the node of its anchor, position included, so that aliases of aliases cost nothing.
struct Node {
  enum class Kind { kNothing, kText, kList, kMapping };

  Kind kind = Kind::kNothing;
  Position at = {};
  std::string text = {};
  std::vector<NodePtr> items = {};
  std::vector<Entry> entries = {};  // no key twice
};

// Throws Error where the text is not YAML, or YAML no configuration needs: a second document, a key twice, a key that
// is not text, an alias within its own anchor, more than 32 levels, more than 1 MiB, control characters, what is not
// UTF-8. An empty text is a node of kNothing.
NodePtr parse_document(const std::string& text, const std::string& file_name);

}  // namespace pgwatch::config
