// Last known: what a sweep through relations measured, for those that the next one finds locked. Remembered as lines
// "NUMBER WORD WORD …" under `measured`, and at the sweep's end under `known`; a relation that is gone has no line any
// more.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "exporter/model/number.h"
#include "exporter/model/samples.h"

namespace pgwatch::collectors {

inline void remember_words(Memory& memory, std::string_view number, const std::vector<std::string_view>& words) {
  std::string& lines = memory["measured"];
  lines.append("\n").append(number);
  for (const std::string_view word : words) lines.append(" ").append(word);
}

// The words of the last sweep, none where it had no such relation. Good until end_sweep().
inline std::vector<std::string_view> recall_words(const Memory& memory, std::string_view number) {
  const auto known = memory.find("known");
  if (known == memory.end()) return {};
  std::string_view line = known->second;
  const std::string begin = "\n" + std::string(number) + " ";
  const std::size_t at = line.find(begin);
  if (at == std::string_view::npos) return {};
  line = line.substr(at + begin.size());
  line = line.substr(0, line.find('\n'));
  std::vector<std::string_view> words;
  for (std::size_t end = line.find(' '); end != std::string_view::npos; end = line.find(' ')) {
    words.push_back(line.substr(0, end));
    line.remove_prefix(end + 1);
  }
  words.push_back(line);
  return words;
}

// 0 where the word is no number.
inline Number number_of(std::string_view word) { return Number::parse(word).value_or(Number()); }

inline void end_sweep(Memory& memory) {
  memory.erase("known");
  if (auto measured = memory.extract("measured")) {
    measured.key() = "known";
    memory.insert(std::move(measured));
  }
}

}  // namespace pgwatch::collectors
