#include "tests/peer/exceptions.h"

#include <algorithm>
#include <regex>
#include <sstream>
#include <stdexcept>

namespace pgwatch::test {
namespace {

What read_what(const std::string& word) {
  for (const What what :
       {What::kFamily, What::kType, What::kLabels, What::kLabel, What::kSeries, What::kNull, What::kValue})
    if (to_string(what) == word) return what;
  throw std::invalid_argument(word + " is no kind of difference");
}

std::map<std::string, std::regex> read_labels(const std::string& text) {
  static const std::regex label(R"re((\w+)=~"([^"]*)")re");
  std::map<std::string, std::regex> labels;
  for (std::sregex_iterator match(text.begin(), text.end(), label), end; match != end; ++match)
    labels.emplace((*match)[1], (*match)[2].str());
  return labels;
}

bool has(const Labels& labels, const std::string& name, const std::regex& pattern) {
  const auto found = labels.find(name);
  return found != labels.end() && std::regex_match(found->second, pattern);
}

Exception read_head(const std::string& line) {
  static const std::regex head(R"((\w+) (\w+\*?)(\{.*\})?(?: (\d\d)-(\d\d))?(?: (primary|standby|stopped|archive))?)");
  std::smatch match;
  if (!std::regex_match(line, match, head)) throw std::invalid_argument("not an exception: " + line);
  Exception exception{.line = line,
                      .what = read_what(match[1]),
                      .selector = match[2].str() + match[3].str(),
                      .family = match[2],
                      .labels = read_labels(match[3])};
  if (match[4].matched) exception.first_major = std::stoi(match[4]);
  if (match[5].matched) exception.last_major = std::stoi(match[5]);
  exception.role = match[6];
  return exception;
}

}  // namespace

std::vector<Exception> read_exceptions(std::string_view text) {
  std::vector<Exception> exceptions;
  std::istringstream lines{std::string(text)};
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line.starts_with('#')) continue;
    if (!line.starts_with("  ")) {
      exceptions.push_back(read_head(line));
      continue;
    }
    if (exceptions.empty()) throw std::invalid_argument("a reason for nothing: " + line);
    std::string& why = exceptions.back().why;
    why += (why.empty() ? "" : " ") + line.substr(2);
  }
  for (const Exception& one : exceptions)
    if (one.why.empty()) throw std::invalid_argument("no reason for: " + one.line);
  return exceptions;
}

bool holds_on(const Exception& exception, int major, const std::string& role) {
  return exception.first_major <= major && major <= exception.last_major &&
         (exception.role.empty() || exception.role == role);
}

bool names(const Exception& exception, const std::string& family) {
  if (!exception.family.ends_with('*')) return exception.family == family;
  return family.starts_with(std::string_view(exception.family).substr(0, exception.family.size() - 1));
}

bool excuses(const Exception& exception, const Difference& difference) {
  const What what = exception.what == What::kLabel ? What::kSeries : exception.what;
  const bool is_named = names(exception, difference.family) || names(exception, difference.name);
  return what == difference.what && is_named && std::ranges::all_of(exception.labels, [&](const auto& label) {
           return has(difference.labels, label.first, label.second);
         });
}

}  // namespace pgwatch::test
