// A program that hangs, and an engine that goes on.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>

#include "collectors/backups/backup.h"
#include "exporter/util/file.h"
#include "tests/collectors/backups/pgbackrest_program.h"
#include "tests/support/engine_fixture.h"
#include "tests/support/ports.h"

namespace pgwatch::collectors {
namespace {

using namespace std::chrono_literals;

Collector toy() {
  return {.name = "toy",
          .help = "A toy.",
          .scope = Scope::kHost,
          .source = HostRead([](Host&, const HostDone& done) {
            Rows rows({"value"});
            rows.add({"7"});
            done(rows);
          }),
          .columns = {gauge("value", "A value.")}};
}

// The script hangs until the test ends it.
TEST_F(PgbackrestProgram, ThatHangsDelaysNothingElse) {
  ASSERT_EQ(mkfifo((folder_.path() / "never").c_str(), 0600), 0);
  const std::string program =
      script("echo $$ >\"${0%/*}\"/new && mv \"${0%/*}\"/new \"${0%/*}\"/pid\nread x <\"${0%/*}\"/never\n");
  test::TestWorld world = test::test_world("host=127.0.0.1 port=" + std::to_string(test::free_port()), {});
  const test::TemporaryFolder backups;
  backups.write("a.dump", "x");
  const auto files =
      std::make_shared<const Backup>(Backup{.name = "files", .directory = backups.path(), .settled = 0s});
  world.host_collectors = {backup_collector(std::make_shared<const Backup>(main_stanza(program))),
                           backup_collector(files), toy()};
  test::RunningEngine engine(world);
  const std::string pid = folder_.path() / "pid";
  ASSERT_TRUE(test::eventually([&] { return std::filesystem::exists(pid); }));
  const test::Scrape scrape = engine.ask_until([](const test::Scrape& one) {
    return one.page.value("pgwatch_backup_files", {{"backup", "files"}}) == 1;
  });
  EXPECT_EQ(scrape.page.value("pgwatch_backup_files", {{"backup", "files"}}), 1);
  EXPECT_EQ(engine.ask(test::kPatience, {.targets = {""}}).page.value("pg_toy_value"), 7);
  EXPECT_EQ(kill(-std::stoi(read_word(pid)), 0), 0) << "it hangs still";
  ASSERT_EQ(kill(-std::stoi(read_word(pid)), SIGKILL), 0);
}

}  // namespace
}  // namespace pgwatch::collectors
