#include "collectors/backups/table_of_contents.h"

#include <algorithm>
#include <array>
#include <limits>
#include <stdexcept>
#include <string_view>

#include "collectors/backups/cut_short.h"

namespace pgwatch::collectors {
namespace {

constexpr std::string_view kMagic = "PGDMP";
constexpr std::size_t kTarBlock = 512;
constexpr int kOldestMinor = 12;  // version 1.12, of PostgreSQL 9.2
constexpr int kNewestMinor = 16;  // version 1.16, of PostgreSQL 17 and 18
constexpr int kWithTableAccess = 14;
constexpr int kWithCompressionByte = 15;
constexpr int kWithRelationKind = 16;
constexpr std::int64_t kMostEntries = 20'000'000;
constexpr std::int64_t kLongestText = std::int64_t{16} << 20U;

// A folder's toc.dat says that it is a tar.
enum class Format : unsigned char { kCustom = 1, kTar = 3 };

[[noreturn]] void fail() { throw std::runtime_error("it is cut short or damaged"); }

bool ends_in_zeros(std::istream& file, std::size_t count) {
  return last_bytes(file, count) == std::string(count, '\0');
}

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

  bool is_known() const { return major_ == 1 && version_ >= kOldestMinor && version_ <= kNewestMinor; }

  // REQUIRES: is_known().
  std::vector<DumpEntry> read() {
    skip_head();
    const std::int64_t count = integer();
    if (count < 0 || count > kMostEntries) fail();
    std::vector<DumpEntry> entries;
    for (std::int64_t i = 0; i < count; ++i) entries.push_back(entry());
    if (parts_ > 0) demand_data();
    for (std::size_t i = 0; i < entries.size(); ++i)
      if (positions_[i] > 0) entries[i].empty = is_empty_at(positions_[i]);
    return entries;
  }

 private:
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
      constexpr unsigned char kUnknown = 1;
      constexpr unsigned char kKnown = 2;
      const unsigned char state = byte();
      position = little_endian(offset_size_);
      if (state == kUnknown || state == kKnown) ++parts_;
      if (state != kKnown) position = 0;
      last_position_ = std::max(last_position_, position);
      if (entry.kind != "TABLE DATA") position = 0;
    } else {
      entry.file = text().value_or("");
    }
    positions_.push_back(position);
  }

  // Each part is a byte, its number, blocks, and an integer 0, and so the file ends in zeros. Three are enough: what is
  // compressed hardly has them, text has none, and where a shell appended the dump to a file, pg_dump wrote the table
  // of contents to its end once more, with a position there that is below 2^40. REQUIRES: the stream stands behind the
  // table of contents.
  void demand_data() {
    constexpr std::size_t kZeros = 3;
    const auto least = parts_ * static_cast<std::uint64_t>(3 + (2 * integer_size_));
    const auto begin = static_cast<std::uint64_t>(archive_.tellg());
    if (!ends_in_zeros(archive_, kZeros)) fail();
    const auto end = static_cast<std::uint64_t>(archive_.tellg());
    if (end < begin + least || end <= last_position_) fail();
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
  std::uint64_t parts_ = 0;               // entries that have data
  std::uint64_t last_position_ = 0;
};

bool starts_with_magic(std::istream& archive) {
  std::array<char, kMagic.size()> begin{};
  archive.read(begin.data(), begin.size());
  return std::string_view(begin.data(), static_cast<std::size_t>(archive.gcount())) == kMagic;
}

}  // namespace

// A tar begins with the header of its first file, which is toc.dat, and ends with a block of zeros.
std::optional<std::vector<DumpEntry>> read_contents(std::istream& archive) {
  const bool is_tar = !starts_with_magic(archive);
  if (is_tar) {
    archive.clear();
    archive.seekg(kTarBlock);
    if (!archive || !starts_with_magic(archive)) return std::nullopt;
  }
  ArchiveReader reader(archive);
  if (!reader.is_known()) return std::nullopt;
  std::vector<DumpEntry> contents = reader.read();
  if (is_tar && !ends_in_zeros(archive, kTarBlock)) fail();
  return contents;
}

}  // namespace pgwatch::collectors
