#include "tests/source_tree.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>
#include <stdexcept>

namespace pgwatch::test {
namespace {

namespace fs = std::filesystem;

const fs::path& root() {
  static const fs::path folder = PGWATCH_SOURCE_FOLDER;
  return folder;
}

bool is_word(char letter) {
  return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9') ||
         letter == '_';
}

// What a literal or a comment that begins here takes; 0 where none does.
std::size_t opaque_length(std::string_view text) {
  const auto until = [text](std::string_view end, std::size_t from) {
    const std::size_t found = text.find(end, from);
    return found == std::string_view::npos ? text.size() : found + end.size();
  };
  if (text.starts_with("//") || text.starts_with("#")) return std::min(text.find('\n'), text.size());
  if (text.starts_with("/*")) return until("*/", 2);
  if (text.starts_with("R\"")) return until(")" + std::string(text.substr(2, text.find('(') - 2)) + "\"", 2);
  if (!text.starts_with('"') && !text.starts_with('\'')) return 0;
  std::size_t end = 1;
  while (end < text.size() && text[end] != text[0]) end += text[end] == '\\' ? 2 : 1;
  return std::min(end + 1, text.size());
}

// The text with blanks for whatever braces mean nothing in.
std::string plain_code(std::string_view text) {
  std::string code;
  while (!text.empty()) {
    const bool within_word = !code.empty() && is_word(code.back());  // 1'000 is no literal, operatorR"" is not ours
    std::size_t length = within_word ? 0 : opaque_length(text);
    const bool blank = length > 0;
    length = std::max<std::size_t>(length, 1);
    for (const char letter : text.substr(0, length)) code += blank && letter != '\n' ? ' ' : letter;
    text.remove_prefix(length);
  }
  return code;
}

bool opens_container(const std::string& head) {
  static const std::regex container(R"(^\s*(template\s*<[^>]*>\s*)?(namespace|class|struct|enum|union|extern)\b)");
  return std::regex_search(head, container) && head.find('(') == std::string::npos;
}

// Walks over code outside functions, from one head to the next.
class FunctionFinder {
 public:
  explicit FunctionFinder(std::string code) : code_(std::move(code)) {}

  std::vector<Function> find() {
    for (; at_ < code_.size(); ++at_) step();
    return std::move(found_);
  }

 private:
  void step() {
    const char letter = code_[at_];
    parentheses_ += letter == '(' ? 1 : letter == ')' ? -1 : 0;
    const bool ends = letter == ';' || letter == '}';
    if (letter == '{' && parentheses_ == 0)
      open();
    else if (ends && parentheses_ == 0)
      head_ = at_ + 1;
  }

  void open() {
    const std::string head = code_.substr(head_, at_ - head_);
    const std::size_t last = head.find_last_not_of(" \n");
    if (opens_container(head)) {
      head_ = at_ + 1;
      return;
    }
    const bool initializes = last == std::string::npos || head[last] == '=' || is_word(head.back());
    const std::size_t first = code_.find_first_not_of(" \n", head_);
    at_ = matching_brace();
    if (initializes || head.find('(') == std::string::npos) return;
    const std::size_t lines = 1 + count(first, at_);
    found_.push_back({code_.substr(first, code_.find('\n', first) - first), lines});
    head_ = at_ + 1;
  }

  std::size_t matching_brace() const {
    int depth = 0;
    for (std::size_t at = at_; at < code_.size(); ++at) {
      depth += code_[at] == '{' ? 1 : code_[at] == '}' ? -1 : 0;
      if (depth == 0) return at;
    }
    return code_.size() - 1;
  }

  std::size_t count(std::size_t from, std::size_t to) const {
    const auto begin = code_.begin();
    return static_cast<std::size_t>(
        std::count(begin + static_cast<std::ptrdiff_t>(from), begin + static_cast<std::ptrdiff_t>(to), '\n'));
  }

  const std::string code_;
  std::size_t at_ = 0;
  std::size_t head_ = 0;  // where what may be a head begins
  int parentheses_ = 0;
  std::vector<Function> found_;
};

}  // namespace

std::string read_source(const std::string& path) {
  std::ifstream file(root() / path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path + " of the source tree");
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

bool source_exists(const std::string& path) { return fs::exists(root() / path); }

std::vector<std::string> sources_below(const std::string& folder, const std::vector<std::string>& endings) {
  std::vector<std::string> paths;
  for (const auto& entry : fs::recursive_directory_iterator(root() / folder)) {
    const std::string path = fs::relative(entry.path(), root()).generic_string();
    const auto ends = [&path](const std::string& ending) { return path.ends_with(ending); };
    if (entry.is_regular_file() && std::any_of(endings.begin(), endings.end(), ends)) paths.push_back(path);
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

std::vector<Include> includes_of(std::string_view text) {
  static const std::regex line(R"re(#\s*include\s*(["<])([^">]+)[">])re");
  std::vector<Include> includes;
  const std::string copy(text);
  for (std::sregex_iterator match(copy.begin(), copy.end(), line), end; match != end; ++match)
    includes.push_back({(*match)[2], (*match)[1] == "\""});
  return includes;
}

std::vector<Function> functions_of(std::string_view text) { return FunctionFinder(plain_code(text)).find(); }

std::size_t count_lines(std::string_view text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace pgwatch::test
