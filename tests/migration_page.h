// docs/migrate-from-postgres-exporter.md, taken apart by the tests that hold it to the two programs.
#pragma once

#include <string>
#include <vector>

namespace pgwatch::test {

// The part below a heading, to the next of its rank. Throws std::runtime_error where there is none.
std::string migration_part(const std::string& heading);

// The cells of its tables' rows, without heads.
std::vector<std::vector<std::string>> rows_of(const std::string& part);

// What a text has between backticks within a line.
std::vector<std::string> code_spans(const std::string& text);

// A collector of postgres_exporter and what it is here.
struct Migrated {
  std::string theirs;  // "" for what has no flag
  bool their_default = false;
  std::vector<std::string> ours;
  bool our_default = false;
};
std::vector<Migrated> migrated_collectors();

}  // namespace pgwatch::test
