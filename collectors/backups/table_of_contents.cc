#include "collectors/backups/table_of_contents.h"

#include <algorithm>
#include <array>
#include <limits>
#include <stdexcept>
#include <string_view>

namespace pgwatch::collectors {
namespace {

constexpr std::string_view kMagic = "PGDMP";
constexpr std::size_t kTarHeader = 512;
constexpr int kOldest = 12;  // version 1.12, of PostgreSQL 9.2
constexpr int kNewest = 16;  // version 1.16, of PostgreSQL 17 and 18
constexpr int kWithTableAccess = 14;
constexpr int kWithCompressionByte = 15;
constexpr int kWithRelationKind = 16;
constexpr std::int64_t kMostEntries = 20'000'000;
constexpr std::int64_t kLongestText = std::int64_t{16} << 20U;

// A folder's toc.dat says that it is a tar.
enum class Format : unsigned char { kCustom = 1, kTar = 3 };

class ArchiveReader {
 public:
  // REQUIRES: the stream stands behind the magic.
  explicit ArchiveReader(std::istream& archive)
      : archive_(archive),
        major_(byte()),
        version_(byte()),
        revision_(byte()),
        integer_size_(byte()),
        offset_size_(byte()),
        format_(static_cast<Format>(byte())) {
    if (integer_size_ < 1 || integer_size_ > 8 || offset_size_ < 1 || offset_size_ > 8) fail();
  }

  bool is_known() const { return major_ == 1 && version_ >= kOldest && version_ <= kNewest; }

  // REQUIRES: is_known().
  std::vector<DumpEntry> read() {
    skip_head();
    const std::int64_t count = integer();
    if (count < 0 || count > kMostEntries) fail();
    std::vector<DumpEntry> entries;
    for (std::int64_t i = 0; i < count; ++i) entries.push_back(entry());
    for (std::size_t i = 0; i < entries.size(); ++i)
      if (positions_[i] > 0) entries[i].empty = is_empty_at(positions_[i]);
    return entries;
  }

 private:
  [[noreturn]] static void fail() { throw std::runtime_error("its table of contents is cut short or damaged"); }

  unsigned char byte() {
    const int found = archive_.get();
    if (found == std::istream::traits_type::eof()) fail();
    return static_cast<unsigned char>(found);
  }

  std::uint64_t little_endian(int size) {
    std::uint64_t value = 0;
    for (int i = 0; i < size; ++i) value |= std::uint64_t{byte()} << (8U * static_cast<unsigned>(i));
    return value;
  }

  std::int64_t integer() {
    const bool negative = byte() != 0;
    const std::uint64_t value = little_endian(integer_size_);
    if (value > std::numeric_limits<std::int32_t>::max()) fail();
    return negative ? -static_cast<std::int64_t>(value) : static_cast<std::int64_t>(value);
  }

  // "" where it is NULL.
  std::optional<std::string> text() {
    const std::int64_t size = integer();
    if (size < 0) return std::nullopt;
    if (size > kLongestText) fail();
    std::string text(static_cast<std::size_t>(size), '\0');
    if (!archive_.read(text.data(), size)) fail();
    return text;
  }

  void skip_texts(int count) {
    for (int i = 0; i < count; ++i) text();
  }

  void skip_head() {
    if (version_ >= kWithCompressionByte)
      byte();
    else
      integer();  // the level
    constexpr int kPartsOfTime = 7;
    for (int i = 0; i < kPartsOfTime; ++i) integer();
    skip_texts(3);  // the database, the server's version and pg_dump's
  }

  DumpEntry entry() {
    DumpEntry entry;
    integer();      // its number
    integer();      // whether data follow
    skip_texts(2);  // oids
    entry.name = text().value_or("");
    entry.kind = text().value_or("");
    integer();      // section
    skip_texts(3);  // how to make it, to drop it, to copy into it
    entry.schema = text().value_or("");
    skip_texts(version_ >= kWithTableAccess ? 2 : 1);  // tablespace, access method
    if (version_ >= kWithRelationKind) integer();
    skip_texts(2);  // owner, with oids
    while (text()) {
    }  // what it depends on
    read_where(entry);
    return entry;
  }

  void read_where(DumpEntry& entry) {
    std::uint64_t position = 0;
    if (format_ == Format::kCustom) {
      constexpr unsigned char kKnown = 2;
      const bool known = byte() == kKnown;
      position = little_endian(offset_size_);
      if (!known || entry.kind != "TABLE DATA") position = 0;
    } else {
      entry.file = text().value_or("");
    }
    positions_.push_back(position);
  }

  // Data of a table without rows are its end alone, `\.`, plain or as zlib and zstd spell it. Of others nothing is
  // said.
  std::optional<bool> is_empty_at(std::uint64_t position) {
    constexpr std::string_view kEnd = "\\.\n\n\n";
    constexpr std::string_view kZlibSum("\x02\xc5\x00\xa9", 4);
    constexpr std::string_view kZstd = "\x28\xb5\x2f\xfd";
    if (position > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) fail();
    archive_.clear();
    if (!archive_.seekg(static_cast<std::istream::off_type>(position))) fail();
    byte();     // that these are data
    integer();  // whose
    const std::int64_t size = integer();
    if (size > 64) return false;
    std::string data(static_cast<std::size_t>(std::max<std::int64_t>(size, 0)), '\0');
    if (!archive_.read(data.data(), static_cast<std::streamsize>(data.size()))) fail();
    if (data == kEnd) return true;
    if (data.size() == 13 && data.starts_with('\x78') && data.ends_with(kZlibSum)) return true;
    if (data.size() == 14 && data.starts_with(kZstd) && data.ends_with(kEnd)) return true;
    constexpr std::string_view kLz4 = "\x04\x22\x4d\x18";
    if (data.starts_with(kLz4)) return std::nullopt;
    return false;
  }

  std::istream& archive_;
  const int major_;
  const int version_;
  [[maybe_unused]] const int revision_;
  const int integer_size_;
  const int offset_size_;
  const Format format_;
  std::vector<std::uint64_t> positions_;  // of each entry's data; 0: unknown
};

bool starts_with_magic(std::istream& archive) {
  std::array<char, kMagic.size()> begin{};
  archive.read(begin.data(), begin.size());
  return std::string_view(begin.data(), static_cast<std::size_t>(archive.gcount())) == kMagic;
}

}  // namespace

// A tar begins with the header of its first file, which is toc.dat.
std::optional<std::vector<DumpEntry>> read_contents(std::istream& archive) {
  if (!starts_with_magic(archive)) {
    archive.clear();
    archive.seekg(kTarHeader);
    if (!archive || !starts_with_magic(archive)) return std::nullopt;
  }
  ArchiveReader reader(archive);
  if (!reader.is_known()) return std::nullopt;
  return reader.read();
}

}  // namespace pgwatch::collectors
