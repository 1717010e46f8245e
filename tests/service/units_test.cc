// Units as a service manager tells of them that is a test: what no kernel here accounts for shows on the page.
#include <gtest/gtest.h>

#include "tests/service/managed.h"
#include "tests/support/fake_manager.h"
#include "tests/support/wait.h"

namespace pgwatch::test {
namespace {

constexpr std::uint64_t kUnset = UINT64_MAX;  // as systemd says it
constexpr const char* kBytes = "systemd_unit_io_bytes_total";

const std::string kWatching = "systemd: {managers: [system], enabled: true, units: [feed]}\n" + nobody();

class ServiceUnits : public testing::Test {
 protected:
  void feed_has(std::uint64_t read, std::uint64_t written) {
    manager_.set(
        "feed.service",
        {{"ActiveState", "active"}, {"SubState", "running"}, {"IOReadBytes", read}, {"IOWriteBytes", written}});
  }

  PgwatchOptions on_its_bus() const { return {.environment = {{"DBUS_SYSTEM_BUS_ADDRESS", manager_.address()}}}; }

  FakeManager manager_;
};

std::optional<double> bytes(const Exposition& page, const std::string& direction) {
  return page.value(kBytes, {{"manager", "system"}, {"name", "feed.service"}, {"direction", direction}});
}

// More than a double's digits hold is rounded by who reads the page, and not by us.
TEST_F(ServiceUnits, ShowTheBytesTheyReadAndWroteAndNextTimeWhatHasBecomeOfThem) {
  feed_has(4096, 9007199254740993);
  const Pgwatch pgwatch(kWatching, on_its_bus());
  ASSERT_TRUE(eventually([&] { return bytes(pgwatch.metrics(), "read") == 4096; })) << pgwatch.log();
  EXPECT_NE(pgwatch.get("/metrics").body.find("direction=\"write\"} 9007199254740993\n"), std::string::npos);
  EXPECT_EQ(pgwatch.metrics().type(kBytes), "counter");
  feed_has(8192, 9007199254740993);
  EXPECT_TRUE(eventually([&] { return bytes(pgwatch.metrics(), "read") == 8192; }));
}

TEST_F(ServiceUnits, ShowNoBytesWhereNobodyAccountsForThem) {
  feed_has(kUnset, 7);
  const Pgwatch pgwatch(kWatching, on_its_bus());
  ASSERT_TRUE(eventually([&] { return bytes(pgwatch.metrics(), "write") == 7; })) << pgwatch.log();
  EXPECT_EQ(bytes(pgwatch.metrics(), "read"), std::nullopt);
}

TEST_F(ServiceUnits, ShowTheirBytesInTheMetricsOfAProbe) {
  feed_has(4096, 8192);
  const TemporaryFolder folder;
  Command command = pgwatch_command({"--once", "--check", "systemd_units", "--format", "prometheus", "--config",
                                     folder.write("pgwatch.yaml", kWatching).string()});
  command.environment["DBUS_SYSTEM_BUS_ADDRESS"] = manager_.address();
  const Process probe(command);
  ASSERT_EQ(probe.wait(), 0) << probe.output() << probe.errors();
  const Exposition page(probe.output());
  EXPECT_EQ(bytes(page, "read"), 4096);
  EXPECT_EQ(bytes(page, "write"), 8192);
}

}  // namespace
}  // namespace pgwatch::test
