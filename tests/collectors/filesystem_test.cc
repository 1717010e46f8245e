// What the server said and the host found, in turn. Whether a server is here is for tests/exporter/host.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>

#include "collectors/catalogue.h"
#include "exporter/host/host.h"
#include "exporter/model/instrument.h"
#include "exporter/model/plan.h"
#include "tests/support/temporary_folder.h"

namespace pgwatch::collectors {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr const char* kSaidToBeRemote = "0";
constexpr const char* kAlways = "1";
constexpr const char* kAuto = "2";

// Does at once what it is asked to.
class HostAtOnce : public Host {
 public:
  void read_files(std::function<Answer()> job, HostDone done) override {
    try {
      done(job());
    } catch (const std::runtime_error& error) {
      done(Failure{"host", error.what()});
    }
  }
  void look_at_manager(const ManagerName&, const UnitChoicePtr&, Looked done) override {
    done(Failure{kAbsent, "nobody asks"});
  }
};

struct Asked {
  std::string lines;
  std::string skipped;  // reason: detail
  std::string failed;
  int statements = 0;
  Memory memory;  // what is left of it
};

struct Said {
  std::vector<std::array<std::string, 3>> places;  // use, tablespace, path
  std::string address = {};
  std::string processes = {};
};

Rows rows_said(const Said& said) {
  Rows rows({"use", "tablespace", "path", "address", "processes"});
  for (const auto& [use, tablespace, path] : said.places)
    rows.add({use, tablespace, path, said.address.empty() ? Cell() : Cell(said.address), said.processes});
  return rows;
}

// Asks as the engine does.
Asked ask(const Said& said, const char* local) {
  const Collector collector = filesystem();
  const Instrument instrument(collector);
  Sink sink(instrument.metrics(), {{"local", local}});
  Asked asked;
  HostAtOnce host;
  do {
    const Step step = plan(collector, {}, sink.memory());
    Answer answer = rows_said(said);
    if (const auto* skip = std::get_if<Skip>(&step)) {
      asked.skipped = skip->reason + ": " + skip->detail;
      return asked;
    }
    if (const auto* read = std::get_if<HostRead>(&step))
      (*read)(host, [&](const Answer& found) { answer = found; });
    else
      ++asked.statements;
    if (const auto* failure = std::get_if<Failure>(&answer)) {
      asked.failed = failure->message;
      return asked;
    }
    instrument.emit(std::get<Rows>(answer), sink);
  } while (sink.take_ask_again());
  asked.lines = test::sample_lines(sink.take_samples());
  asked.memory = sink.take_memory();
  return asked;
}

TEST(FilesystemCollector, TellsOfEachPath) {
  const test::TemporaryFolder folder;
  const std::string path = folder.path();
  const Asked asked = ask({{{"data_directory", "", path}, {"tablespace", "fast \"one\"", path}}}, kAlways);
  EXPECT_EQ(asked.statements, 1);
  for (const char* metric : {"size_bytes", "available_bytes", "free_bytes", "used_ratio", "readonly"})
    EXPECT_THAT(asked.lines, HasSubstr("pg_filesystem_" + std::string(metric) +
                                       R"({use="data_directory",tablespace="",path=")" + path + "\"} "));
  EXPECT_THAT(asked.lines, HasSubstr(R"({use="tablespace",tablespace="fast \"one\"",path=")" + path + "\"} "));
  EXPECT_THAT(asked.lines, Not(HasSubstr("unreadable")));
}

TEST(FilesystemCollector, RemembersNothingOfPathsThatMayBeOthersTheNextTime) {
  const Memory memory = ask({{{"data_directory", "", "/"}}}, kAlways).memory;
  EXPECT_EQ(memory, (Memory{{"local", kAlways}}));
}

TEST(FilesystemCollector, TellsWhichPathItCouldNotLookAt) {
  const Asked asked = ask({{{"data_directory", "", "/"}, {"wal", "", "/no/such/pg_wal"}}}, kAlways);
  EXPECT_THAT(
      asked.lines,
      AllOf(HasSubstr(R"(pg_filesystem_unreadable{use="wal",tablespace="",path="/no/such/pg_wal",reason="missing"} 1)"),
            HasSubstr(R"(pg_filesystem_size_bytes{use="data_directory")"),
            Not(HasSubstr(R"(pg_filesystem_size_bytes{use="wal")"))));
}

TEST(FilesystemCollector, FailsWhereThereIsNoneOfThePathsThatAreSaidToBeHere) {
  EXPECT_THAT(ask({{{"data_directory", "", "/no/such"}}}, kAlways).failed,
              AllOf(HasSubstr("/no/such"), HasSubstr("`local: true` is not so")));
}

// As a disk or a file server that answers with errors: no matter of who may look or where the server is.
TEST(FilesystemCollector, FailsWhereThePathsAreInError) {
  const test::TemporaryFolder folder;
  const std::filesystem::path loop = folder.path() / "loop";
  std::filesystem::create_symlink(loop, loop);
  const Asked asked = ask({{{"data_directory", "", loop}, {"wal", "", "/no/such/pg_wal"}}}, kAlways);
  EXPECT_THAT(asked.failed, AllOf(HasSubstr(loop.string()), Not(HasSubstr("local: true"))));
}

TEST(FilesystemCollector, AsksNothingOfAServerThatIsSaidToBeElsewhere) {
  const Asked asked = ask({{{"data_directory", "", "/"}}}, kSaidToBeRemote);
  EXPECT_THAT(asked.skipped, StartsWith("remote: `local: false`"));
  EXPECT_EQ(asked.statements, 0);
}

TEST(FilesystemCollector, SkipsAServerThatIsNotProvenToBeHere) {
  EXPECT_THAT(ask({{{"data_directory", "", "/"}}, "192.0.2.1", "1 0.5"}, kAuto).skipped, StartsWith("remote: "));
  EXPECT_THAT(ask({{{"data_directory", "", "/"}}, "", "1 0.5 2 0.5"}, kAuto).skipped, StartsWith("container: "));
  EXPECT_THAT(ask({{{"data_directory", "", "/"}}, "", ""}, kAuto).skipped, StartsWith("container: "));
}

}  // namespace
}  // namespace pgwatch::collectors
