#include "collectors/backups/cut_short.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace pgwatch::collectors {
namespace {

constexpr std::string_view kBegin = "--\n-- PostgreSQL database dump\n";
constexpr std::string_view kBeginOfAll = "--\n-- PostgreSQL database cluster dump\n";
constexpr std::string_view kEndOfDump = "\n-- PostgreSQL database dump complete\n";
constexpr std::string_view kEndOfAll = "\n-- PostgreSQL database cluster dump complete\n";

std::string read_at(std::istream& file, std::istream::pos_type position, std::size_t count) {
  file.clear();
  file.seekg(position);
  std::string bytes(count, '\0');
  file.read(bytes.data(), static_cast<std::streamsize>(count));
  bytes.resize(static_cast<std::size_t>(file.gcount()));
  return bytes;
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

// NUMBER.dat, compressed or not.
bool is_data_file(const std::string& name) {
  constexpr std::array<std::string_view, 4> kEnds = {".dat", ".dat.gz", ".dat.lz4", ".dat.zst"};
  const std::size_t digits = std::min(name.find_first_not_of("0123456789"), name.size());
  return digits > 0 && std::ranges::find(kEnds, std::string_view(name).substr(digits)) != kEnds.end();
}

}  // namespace

std::string last_bytes(std::istream& file, std::size_t count) {
  file.clear();
  file.seekg(0, std::ios::end);
  const std::streamoff size = file.tellg();
  return read_at(file, std::max<std::streamoff>(size - static_cast<std::streamoff>(count), 0), count);
}

// After the remark newer releases write a line more, and a script may add its own. One may also write a dump behind
// those of pg_dumpall --globals-only, which are short: then the end is pg_dump's. In pg_dumpall's own such a remark
// ends one database of several.
std::optional<bool> is_plain_cut_short(std::istream& text) {
  constexpr std::size_t kLastRemark = 4096;
  constexpr std::size_t kGlobals = std::size_t{1} << 20U;
  const std::string begin = read_at(text, 0, kBeginOfAll.size());
  const bool is_of_all = begin == kBeginOfAll;
  if (!is_of_all && !begin.starts_with(kBegin)) return std::nullopt;
  const std::string end = last_bytes(text, kLastRemark);
  if (has(end, kEndOfAll)) return false;
  if (!has(end, kEndOfDump)) return true;
  return is_of_all && !has(read_at(text, 0, kGlobals), kEndOfAll);
}

const FolderEntry* find_data(std::span<const FolderEntry> folder, const std::string& name) {
  for (const char* compressed : {"", ".gz", ".lz4", ".zst"}) {
    const std::string whole = name + compressed;
    const auto found = std::ranges::lower_bound(folder, whole, {}, &FolderEntry::name);
    if (found != folder.end() && found->name == whole) return &*found;
  }
  return nullptr;
}

// The table of contents may have been compressed too, by hand.
bool lacks_table_of_contents(std::span<const FolderEntry> folder) {
  const auto is_contents = [](const FolderEntry& file) { return file.name.starts_with("toc.dat"); };
  const auto is_of_data = [](const FolderEntry& file) { return !file.is_folder && is_data_file(file.name); };
  return std::ranges::none_of(folder, is_contents) && std::ranges::any_of(folder, is_of_data);
}

}  // namespace pgwatch::collectors
