// Plain SQL: pg_dump remarks what follows,
//   -- Name: bars; Type: TABLE; Schema: market; Owner: postgres
//   -- Data for Name: bars; Type: TABLE DATA; Schema: market; Owner: postgres
// and the rows of a table stand between COPY … FROM stdin; and \.
#include <streambuf>
#include <string_view>

#include "collectors/backups/table_of_contents.h"

namespace pgwatch::collectors {
namespace {

// "bars" of "Name: bars; Type: …". A name may hold a semicolon, but hardly the next word with it.
std::string between(std::string_view line, std::string_view before, std::string_view after) {
  const std::size_t found = line.find(before);
  if (found == std::string_view::npos) return "";
  const std::size_t begin = found + before.size();
  const std::size_t end = line.find(after, begin);
  return std::string(line.substr(begin, end == std::string_view::npos ? end : end - begin));
}

class PlainReader {
 public:
  PlainReader(std::istream& text, std::uint64_t most, const std::function<bool(const DumpEntry&)>& is_enough)
      : text_(*text.rdbuf()), left_(most), is_enough_(is_enough) {}

  std::optional<std::vector<DumpEntry>> read() {
    if (!begins_as_a_dump()) return std::nullopt;
    std::string line;
    while (next(line)) {
      if (line.starts_with("-- Name: ") || line.starts_with("-- Data for Name: ")) {
        remark(line);
        if (is_enough_(entries_.back())) return std::move(entries_);
      } else if (line.starts_with("COPY ") && line.ends_with(" FROM stdin;") && !skip_rows()) {
        return std::nullopt;
      }
    }
    if (left_ == 0) return std::nullopt;
    return std::move(entries_);
  }

 private:
  static constexpr int kEnd = std::istream::traits_type::eof();

  // Of whatever else there may be not even the first line is read to its end.
  bool begins_as_a_dump() {
    for (const char expected : std::string_view("--\n-- PostgreSQL database"))
      if (text_.sbumpc() != expected) return false;
    return true;
  }

  // A line may be a row of any length; only its beginning is kept.
  bool next(std::string& line) {
    constexpr std::size_t kKept = 4096;
    line.clear();
    int c = text_.sbumpc();
    if (c == kEnd) return false;
    for (; c != '\n' && c != kEnd; c = text_.sbumpc()) {
      if (line.size() < kKept) line.push_back(static_cast<char>(c));
      if (--left_ == 0) return false;
    }
    return true;
  }

  void remark(std::string_view line) {
    entries_.push_back({.kind = between(line, "; Type: ", "; Schema: "),
                        .schema = between(line, "; Schema: ", "; Owner: "),
                        .name = between(line, "Name: ", "; Type: ")});
    if (entries_.back().schema == "-") entries_.back().schema.clear();
  }

  // False where the text ends among them.
  bool skip_rows() {
    std::string line;
    for (bool none = true; next(line); none = false) {
      if (line != "\\.") continue;
      if (!entries_.empty() && entries_.back().kind == "TABLE DATA") entries_.back().empty = none;
      return true;
    }
    return false;
  }

  std::streambuf& text_;
  std::uint64_t left_;
  const std::function<bool(const DumpEntry&)>& is_enough_;
  std::vector<DumpEntry> entries_;
};

}  // namespace

std::optional<std::vector<DumpEntry>> read_plain_contents(std::istream& text, std::uint64_t most,
                                                          const std::function<bool(const DumpEntry&)>& is_enough) {
  return PlainReader(text, most, is_enough).read();
}

}  // namespace pgwatch::collectors
