#include <algorithm>
#include <array>
#include <iomanip>
#include <sstream>

#include "exporter/health/result.h"
#include "exporter/util/escape.h"

namespace pgwatch::health {
namespace {

std::string upper_case(std::string_view word) {
  std::string text(word);
  std::ranges::transform(text, text.begin(), [](char c) { return c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c; });
  return text;
}

// What servers and people called things, and what servers say, may hold anything. Behind a | a plugin's output holds
// its figures.
std::string plain(std::string_view text) {
  std::string line = on_one_line(text);
  std::ranges::replace(line, '|', '/');
  return line;
}

std::string painted(Status status, const std::string& text, const HumanStyle& style) {
  if (!style.colour) return text;
  const char* colour = status == Status::kCritical  ? "31"
                       : status == Status::kWarning ? "33"
                       : status == Status::kUnknown ? "35"
                       : status == Status::kOk      ? "32"
                                                    : "2";
  return std::string("\x1b[") + colour + "m" + text + "\x1b[0m";
}

// The gravest first; what is nothing to worry about is counted where it is there at all.
std::string tally(const Result& result) {
  constexpr std::array kOrder = {Status::kCritical, Status::kUnknown,  Status::kWarning,
                                 Status::kOk,       Status::kInactive, Status::kSkipped};
  const auto counts = result.counts();
  std::string text;
  for (const Status status : kOrder)
    if (const int count = counts.at(status); count > 0)
      text += (text.empty() ? "" : ", ") + std::to_string(count) + " " + std::string(to_string(status));
  return text.empty() ? "nothing was checked" : text;
}

std::string place(const Verdict& verdict) {
  std::string text = verdict.server;
  for (const std::string& part : {verdict.check, verdict.subject})
    if (!part.empty()) text += (text.empty() ? "" : " ") + part;
  return plain(text);
}

std::string line(const Verdict& verdict, std::size_t width, const HumanStyle& style) {
  constexpr std::size_t kWidestStatus = 8;
  const std::string status(to_string(verdict.status));
  const std::string where = place(verdict);
  return "  " + painted(verdict.status, status, style) + std::string(kWidestStatus - status.size() + 1, ' ') + where +
         std::string(width - where.size() + 2, ' ') + plain(verdict.summary) + "\n";
}

}  // namespace

std::string to_human(const Result& result, const HumanStyle& style) {
  std::ostringstream text;
  text << painted(result.status(), upper_case(to_string(result.status())), style) << " - " << tally(result) << " ("
       << std::fixed << std::setprecision(2) << std::chrono::duration<double>(result.took).count() << " s)\n";
  for (const std::string& error : result.errors) text << "  error: " << plain(error) << '\n';
  std::vector<const Verdict*> shown;
  for (const Verdict& verdict : result.verdicts)
    if (style.all || verdict.status >= Status::kWarning) shown.push_back(&verdict);
  std::size_t width = 0;
  for (const Verdict* verdict : shown) width = std::max(width, place(*verdict).size());
  for (const Verdict* verdict : shown) text << line(*verdict, width, style);
  return text.str();
}

}  // namespace pgwatch::health
