// The table of contents of a dump: which tables it holds, and which of them have rows. Pure.
#pragma once

#include <cstdint>
#include <functional>
#include <istream>
#include <optional>
#include <string>
#include <vector>

namespace pgwatch::collectors {

// What may be said of a thing in a dump.
struct DumpEntry {
  std::string kind;                // as pg_restore --list shows it: TABLE, TABLE DATA, TRIGGER, INDEX, …
  std::string schema;              // "" for none
  std::string name;                // a trigger's is "TABLE TRIGGER"
  std::string file = {};           // with its data, in a tar or a folder
  std::optional<bool> empty = {};  // of TABLE DATA, where the dump shows it
};

// Of what pg_dump 9.2 and later write as -Fc, -Ft and -Fd (toc.dat). Nothing where the stream is no archive, or of a
// format newer or older than those. Throws std::runtime_error where it is cut short or not as any pg_dump writes it; it
// reads no more than the beginning of a table's data, and the end of the stream.
std::optional<std::vector<DumpEntry>> read_contents(std::istream& archive);

// The same of plain SQL, by what pg_dump remarks before each part of it: to its end, or to the first entry that is
// enough. Nothing where it is no dump, or goes on for more than `most` bytes.
std::optional<std::vector<DumpEntry>> read_plain_contents(std::istream& text, std::uint64_t most,
                                                          const std::function<bool(const DumpEntry&)>& is_enough);

}  // namespace pgwatch::collectors
