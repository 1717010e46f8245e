#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/exporter/config/fixture.h"

namespace pgwatch::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// What is configured; null where it is turned off.
struct Read {
  SystemdPtr systemd;
  World world;
};

Read systemd_of(const std::string& systemd) {
  Read read;
  Context context = fake_context();
  const auto watcher = [](const std::string& help) {
    return Collector{.name = "units",
                     .help = help,
                     .scope = Scope::kHost,
                     .source = HostRead([](Host&, const HostDone&) {}),
                     .columns = {gauge("value", "A value.").called("systemd_value")}};
  };
  context.catalogue.push_back(watcher("By default."));
  context.make_systemd = [&](const SystemdPtr& made) {
    read.systemd = made;
    return std::vector<Collector>{watcher("As configured.")};
  };
  context.find_user = [](const std::string& name) {
    return name == "ann" ? std::optional<unsigned>(1000) : std::nullopt;
  };
  read.world = parse("targets: [{conninfo: \"host=a\"}]\n" + systemd, "f.yaml", context).world;
  return read;
}

std::string systemd_complaint(const std::string& systemd) {
  try {
    systemd_of("systemd: " + systemd);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

bool looks_at_units(const World& world) {
  return std::ranges::any_of(world.host_instruments, [](const InstrumentPtr& one) { return one->name() == "units"; });
}

TEST(SystemdSettings, AreTheDefaultsWhereNothingIsSaid) {
  const Systemd systemd = *systemd_of("").systemd;
  EXPECT_EQ(systemd.presence, Systemd::Presence::kMay);
  EXPECT_EQ(systemd.managers.size(), 2U);
  EXPECT_EQ(systemd.units.front().pattern, "postgresql*");
  EXPECT_TRUE(systemd.failed);
}

TEST(SystemdSettings, NameUnitsAndWhatIsExpectedOfThem) {
  const Systemd systemd = *systemd_of(
                               "systemd: {enabled: true, failed: false, max_units: 7, exclude: [\"feed-test*\"], "
                               "units: [postgresql@15-main, {match: \"feed-*\", expect: active}, "
                               "{match: dump.timer, expect: armed, stuck_after: 3h}]}")
                               .systemd;
  EXPECT_EQ(systemd.presence, Systemd::Presence::kMust);
  EXPECT_FALSE(systemd.failed);
  EXPECT_EQ(systemd.max_units, 7U);
  EXPECT_THAT(systemd.exclude, ElementsAre("feed-test*"));
  ASSERT_EQ(systemd.units.size(), 3U);
  EXPECT_EQ(systemd.units[0].pattern, "postgresql@15-main.service") << "as systemctl has it";
  EXPECT_EQ(systemd.units[0].expect, std::nullopt);
  EXPECT_EQ(systemd.units[1].expect, Expect::kActive);
  EXPECT_EQ(systemd.units[1].stuck_after, std::nullopt);
  EXPECT_EQ(systemd.units[2].pattern, "dump.timer");
  EXPECT_EQ(systemd.units[2].stuck_after, std::chrono::hours{3});
}

TEST(SystemdSettings, NameManagers) {
  const Systemd systemd = *systemd_of("systemd: {managers: [system, user, user@ann, user@1001]}").systemd;
  std::vector<std::string> names;
  for (const ManagerName& name : systemd.managers) names.push_back(to_string(name) + ":" + std::to_string(name.uid));
  EXPECT_THAT(names, ElementsAre("system:0", "user:0", "user@ann:1000", "user@1001:1001"));
}

TEST(SystemdSettings, TurnAllOfItOff) {
  EXPECT_TRUE(looks_at_units(systemd_of("").world));
  EXPECT_FALSE(looks_at_units(systemd_of("systemd: {enabled: false}").world));
  EXPECT_TRUE(looks_at_units(systemd_of("systemd: {enabled: auto, units: []}").world));
  EXPECT_THAT(systemd_of("systemd: {units: []}").systemd->units, IsEmpty());
}

TEST(SystemdSettings, AreRefusedWithTheirPlaceAndTheCure) {
  EXPECT_THAT(systemd_complaint("{units: [\"a b\"]}"), HasSubstr("f.yaml:2:19: expected the name of a unit"));
  EXPECT_THAT(systemd_complaint("{units: [\"feed@.service\"]}"), HasSubstr("name an instance, or all as a@*"));
  EXPECT_THAT(systemd_complaint("{units: [{expect: active}]}"), HasSubstr("a unit without `match`"));
  EXPECT_THAT(systemd_complaint("{units: [{match: a, expect: well}]}"), HasSubstr("active"));
  EXPECT_THAT(systemd_complaint("{units: [{match: a, stuck_after: 1ms}]}"), HasSubstr("f.yaml:2:"));
  EXPECT_THAT(systemd_complaint("{units: [[a]]}"), HasSubstr("expected a unit"));
  EXPECT_THAT(systemd_complaint("{managers: []}"), HasSubstr("expected at least one manager"));
  EXPECT_THAT(systemd_complaint("{managers: [root]}"), HasSubstr("system, user, or another user's as user@NAME"));
  EXPECT_THAT(systemd_complaint("{managers: [user@bob]}"), HasSubstr("a user that this machine knows"));
  EXPECT_THAT(systemd_complaint("{managers: [user, user]}"), HasSubstr("each manager once"));
  EXPECT_THAT(systemd_complaint("{enabled: perhaps}"), HasSubstr("f.yaml:2:20"));
  EXPECT_THAT(systemd_complaint("{max_units: 0}"), HasSubstr("f.yaml:2"));
  EXPECT_THAT(systemd_complaint("{unit: []}"), HasSubstr("units"));
}

}  // namespace
}  // namespace pgwatch::config
