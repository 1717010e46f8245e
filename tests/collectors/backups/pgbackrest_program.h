// A program in pgBackRest's place, for tests.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "exporter/model/backup.h"
#include "tests/support/temporary_folder.h"

namespace pgwatch::collectors {

inline Backup main_stanza(const std::string& program = "pgbackrest") {
  return {.name = "base",
          .kind = Backup::Kind::kPgbackrest,
          .labels = {{"server", "db1"}},
          .program = program,
          .stanza = "main"};
}

class PgbackrestProgram : public testing::Test {
 protected:
  std::string script(const std::string& text) const {
    const auto path = folder_.write("pgbackrest", "#!/bin/sh\n" + text);
    std::filesystem::permissions(path, std::filesystem::perms::all);
    return path;
  }

  const test::TemporaryFolder folder_;
};

}  // namespace pgwatch::collectors
