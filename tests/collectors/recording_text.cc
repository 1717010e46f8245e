// How recordings are spelled.
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <sstream>
#include <stdexcept>

#include "tests/collectors/recording.h"

namespace pgwatch::test {
namespace {

constexpr std::string_view kStatement = "== ";

std::string escaped(std::string_view text) {
  std::string result;
  for (const char one : text) {
    if (one == '\\')
      result += "\\\\";
    else if (one == '\n')
      result += "\\n";
    else if (one == '\r')
      result += "\\r";
    else
      result += one;
  }
  return result;
}

std::string unescaped(std::string_view text) {
  std::string result;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '\\' || ++at == text.size())
      result += text[at];
    else
      result += text[at] == 'n' ? '\n' : text[at] == 'r' ? '\r' : text[at];
  }
  return result;
}

std::string line(const std::string& name, Cell cell) {
  if (!cell) return name + '\n';
  return name + (cell->empty() ? ":" : ": ") + escaped(*cell) + '\n';
}

struct Line {
  std::string name;
  std::optional<std::string> text;
};

Line parse_line(const std::string& line) {
  const std::size_t colon = line.find(':');
  if (colon == std::string::npos) return {line, std::nullopt};
  return {line.substr(0, colon), unescaped(colon + 2 < line.size() ? line.substr(colon + 2) : "")};
}

std::vector<std::string> words(std::string_view text) {
  std::istringstream stream{std::string(text)};
  std::vector<std::string> all;
  for (std::string word; stream >> word;) all.push_back(word);
  return all;
}

[[noreturn]] void unexpected(const std::string& line) {
  throw std::invalid_argument("a recording has an unexpected line: " + line);
}

void parse_fact(RecordedFacts& recorded, const Line& line) {
  Facts& facts = recorded.facts;
  const std::string text = line.text.value_or("");
  const std::vector<std::string> parts = words(text);
  if (line.name == "version")
    facts.version = std::stoi(text);
  else if (line.name == "in_recovery")
    facts.in_recovery = text == "t";
  else if (line.name == "database")
    facts.database = text;
  else if (line.name == "extension" && parts.size() == 3)
    facts.extensions.push_back({parts[0], parts[1], parts[2]});
  else if (line.name == "has" || line.name == "lacks")
    recorded.asked.insert(text);
  else
    unexpected(line.name);
  if (line.name == "has") facts.present.insert(text);
}

// What stands between empty lines.
std::vector<std::vector<std::string>> paragraphs(std::string_view text) {
  std::vector<std::vector<std::string>> all;
  std::istringstream lines{std::string(text)};
  bool within = false;
  for (std::string line; std::getline(lines, line);) {
    if (!within && !line.empty()) all.emplace_back();
    within = !line.empty();
    if (within) all.back().push_back(line);
  }
  return all;
}

RecordedAnswer parse_head(const std::string& head) {
  std::vector<std::string> parts = words(head.substr(kStatement.size()));
  if (parts.empty()) unexpected(head);
  return {parts.front(), Rows({parts.begin() + 1, parts.end()})};
}

void parse_row(Rows& rows, const std::vector<std::string>& lines) {
  std::vector<Line> cells;
  for (const std::string& text : lines) {
    cells.push_back(parse_line(text));
    if (cells.size() > rows.columns().size() || cells.back().name != rows.columns()[cells.size() - 1]) unexpected(text);
  }
  if (cells.size() != rows.columns().size()) unexpected(lines.back());
  std::vector<Cell> row;
  for (const Line& cell : cells) row.emplace_back(cell.text);
  rows.add(row);
}

}  // namespace

std::string facts_text(const RecordedFacts& recorded) {
  const Facts& facts = recorded.facts;
  std::string text = line("version", std::to_string(facts.version)) +
                     line("in_recovery", facts.in_recovery ? "t" : "f") + line("database", facts.database);
  for (const Extension& one : facts.extensions)
    text += line("extension", one.name + " " + one.version + " " + one.schema);
  for (const std::string& need : recorded.asked) text += line(facts.present.contains(need) ? "has" : "lacks", need);
  return text;
}

RecordedFacts parse_facts(std::string_view text) {
  RecordedFacts recorded;
  std::istringstream lines{std::string(text)};
  for (std::string line; std::getline(lines, line);) parse_fact(recorded, parse_line(line));
  return recorded;
}

std::string answers_text(const std::vector<RecordedAnswer>& answers) {
  std::string text;
  for (const RecordedAnswer& answer : answers) {
    text += (text.empty() ? "" : "\n") + std::string(kStatement) + answer.checksum;
    for (const std::string& column : answer.rows.columns()) text += " " + column;
    text += '\n';
    for (std::size_t row = 0; row < answer.rows.size(); ++row) {
      text += '\n';
      for (std::size_t column = 0; column < answer.rows.columns().size(); ++column)
        text += line(answer.rows.columns()[column], answer.rows.at(row, column));
    }
  }
  return text;
}

std::vector<RecordedAnswer> parse_answers(std::string_view text) {
  std::vector<RecordedAnswer> answers;
  for (const std::vector<std::string>& lines : paragraphs(text)) {
    if (lines.front().starts_with(kStatement))
      answers.push_back(parse_head(lines.front()));
    else if (answers.empty())
      unexpected(lines.front());
    else
      parse_row(answers.back().rows, lines);
  }
  return answers;
}

// FNV-1a: the same on every machine.
std::string checksum(std::string_view statement) {
  std::uint64_t sum = 0xcbf29ce484222325;
  for (const char one : statement) sum = (sum ^ static_cast<unsigned char>(one)) * 0x100000001b3;
  std::array<char, 16> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), sum, 16).ptr;
  return {digits.data(), end};
}

}  // namespace pgwatch::test
