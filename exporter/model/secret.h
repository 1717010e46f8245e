// Secret: a string that does not print.
#pragma once

#include <string>
#include <utility>

namespace pgwatch {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text) : text_(std::move(text)) {}

  // The only way to the text; grep for it to see who uses secrets.
  const std::string& reveal() const { return text_; }
  bool empty() const { return text_.empty(); }

  friend bool operator==(const Secret&, const Secret&) = default;

 private:
  std::string text_;
};

}  // namespace pgwatch
