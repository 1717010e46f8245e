// Recordings: what real servers of every major answered, kept in tests/fixtures, so that collectors are tried on them
// without a server:
//
//   tests/fixtures/pg17/primary/facts.txt        what plans depend on
//   tests/fixtures/pg17/primary/replication.txt  the checksum of each statement asked, its columns, and its rows
//
// A cell is a line `column: text`, `column:` where it is empty and `column` where it is NULL. Rows are apart by a line.
// tests/integration/answers_test.cc makes them.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "exporter/model/facts.h"
#include "exporter/model/rows.h"
#include "tests/collectors/asking.h"

namespace pgwatch::test {

struct RecordedServer {
  int major = 0;
  std::string role;  // primary or standby

  std::string name() const { return "pg" + std::to_string(major) + "_" + role; }
};
std::vector<RecordedServer> recorded_servers();

struct RecordedFacts {
  Facts facts;
  std::set<std::string, std::less<>> asked;  // the needs it was asked for; facts.present are those it has
};

struct RecordedAnswer {
  std::string checksum;  // of the statement
  Rows rows;
};

// The facts without what has no say in a plan and differs from machine to machine.
std::string facts_text(const RecordedFacts& recorded);
RecordedFacts parse_facts(std::string_view text);

std::string answers_text(const std::vector<RecordedAnswer>& answers);
std::vector<RecordedAnswer> parse_answers(std::string_view text);

std::string checksum(std::string_view statement);

// What there is: facts, and names of collectors.
std::set<std::string> recordings_of(const RecordedServer& server);

// These throw std::runtime_error naming the file that is missing, or was made of another statement, and the command
// that makes it.
const RecordedFacts& recorded_facts(const RecordedServer& server);
Asked ask_recording(const RecordedServer& server, const Instrument& instrument);
Asked ask_recording(const RecordedServer& server, const Collector& collector);

// An answer to the same statement stays as it was recorded: no two servers have the same positions and times.
void record_facts(const RecordedServer& server, const RecordedFacts& facts);
void record_answers(const RecordedServer& server, const Collector& collector, const Asked& asked);

}  // namespace pgwatch::test
