// Where PostgreSQL's programs are, and as whom they run.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/process.h"

namespace pgwatch::test {

enum class TimescaleDb {
  kNone,
  kApache,     // the edition of Debian, with pgvector; scripts/timescaledb fetches it for PostgreSQL 17 and 18
  kCommunity,  // what the environment variable PGWATCH_TIMESCALEDB names: a folder with bin/postgres, of any major
};

// A PostgreSQL of this machine. Major 0 is the newest that is installed; the others are those of scripts/servers.
struct Installation {
  int major = 0;
  TimescaleDb timescaledb = TimescaleDb::kNone;
};

// "" where servers of it can run here; else why not, with the cure.
std::string why_missing(Installation installation);

// Where its bin, lib and share are. Throws std::runtime_error saying why_missing().
std::filesystem::path folder_of(Installation installation);

// The path of initdb or postgres, for server_command(). Throws std::runtime_error saying why_missing().
std::string postgres_program(Installation installation, std::string_view name);

// The user that servers run as: PostgreSQL refuses root. "" is who runs the test.
std::string server_user();

// A command for programs of it, run as that user and told nothing by our environment.
Command server_command(Installation installation, std::vector<std::string> arguments);

}  // namespace pgwatch::test
