#include "exporter/engine/managers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <atomic>
#include <filesystem>
#include <map>

#include "tests/exporter/engine/loop_thread.h"
#include "tests/support/descriptor.h"
#include "tests/support/fake_manager.h"
#include "tests/support/temporary_folder.h"

namespace pgwatch {
namespace {

using namespace std::chrono_literals;
using test::eventually;
using test::FakeManager;
using test::Gate;
using test::LoopThread;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

using Manner = FakeManager::Manner;

UnitChoicePtr choice(UnitChoice made) { return std::make_shared<const UnitChoice>(std::move(made)); }

class ManagersTest : public testing::Test {
 protected:
  explicit ManagersTest(ManagersLimits limits = {.fresh = 0ms, .time = test::kPatience})
      : managers_(
            loop_, {.environment = [this](const std::string& name) { return variable(name); }, .uid = 0},
            [this](const ManagerName&, std::size_t calls) { told_calls_ += static_cast<int>(calls); }, limits) {}

  std::optional<std::string> variable(const std::string& name) const {
    if (name == "DBUS_SYSTEM_BUS_ADDRESS") return address_;
    const auto found = variables_.find(name);
    return found == variables_.end() ? std::nullopt : std::optional(found->second);
  }

  // Begins a look; the future is what came of it.
  std::future<ManagerAnswer> begin(const UnitChoicePtr& choice, const ManagerName& name = {}) {
    auto promise = std::make_shared<std::promise<ManagerAnswer>>();
    auto future = promise->get_future();
    thread_.run([&] { managers_.look(name, choice, [promise](const auto& answer) { promise->set_value(answer); }); });
    return future;
  }

  ManagerAnswer end(std::future<ManagerAnswer> future) {
    if (future.wait_for(test::kPatience) != std::future_status::ready) throw std::runtime_error("no look ended");
    return future.get();
  }

  ManagerAnswer look(const UnitChoice& what, const ManagerName& name = {}) { return end(begin(choice(what), name)); }

  ManagerView view(const UnitChoice& what) {
    const ManagerAnswer answer = look(what);
    if (const auto* failure = std::get_if<Failure>(&answer)) throw std::runtime_error(failure->message);
    return *std::get<ManagerViewPtr>(answer);
  }

  std::string failure(const UnitChoice& what = {}, const ManagerName& name = {}) {
    const ManagerAnswer answer = look(what, name);
    const auto* found = std::get_if<Failure>(&answer);
    return found == nullptr ? "" : found->cls + ": " + found->message;
  }

  static std::vector<std::string> names(const std::vector<ManagedUnit>& units) {
    std::vector<std::string> all;
    for (const ManagedUnit& unit : units) all.push_back(unit.name);
    return all;
  }

  FakeManager manager_;
  std::string address_ = manager_.address();
  std::map<std::string, std::string> variables_;
  std::atomic<int> told_calls_ = 0;
  Loop loop_;
  Managers managers_;
  LoopThread thread_{loop_};
};

TEST_F(ManagersTest, SeesUnitsByNameByPatternAndThoseThatFailed) {
  for (const char* unit : {"a.service", "feed-1.service", "feed-2.timer", "other.service"})
    manager_.set(unit, {{"ActiveState", "active"}});
  manager_.set("bad.service", {{"ActiveState", "failed"}, {"ExecMainStatus", 3}});
  const ManagerView seen = view({.names = {"a.service", "absent.service"}, .patterns = {"feed-*"}});
  EXPECT_THAT(names(seen.units),
              ElementsAre("a.service", "absent.service", "bad.service", "feed-1.service", "feed-2.timer"));
  EXPECT_EQ(get(seen.find("absent.service")->properties, "LoadState"), "not-found");
  EXPECT_EQ(get(seen.find("bad.service")->properties, "ExecMainStatus"), "3");
  EXPECT_EQ(get(seen.manager, "Version"), "252");
}

TEST_F(ManagersTest, LeavesOutWhatIsExcludedButNotWhatIsNamed) {
  for (const char* unit : {"feed-1.service", "feed-2.service"}) manager_.set(unit, {{"ActiveState", "active"}});
  manager_.set("bad.service", {{"ActiveState", "failed"}});
  EXPECT_THAT(names(view({.names = {"feed-1.service"}, .patterns = {"feed-*"}, .exclude = {"feed-*", "b*"}}).units),
              ElementsAre("feed-1.service"));
}

TEST_F(ManagersTest, LooksAtNoMoreThanItMayAndCountsTheRest) {
  for (int i = 0; i < 9; ++i) manager_.set("u" + std::to_string(i) + ".service", {{"ActiveState", "active"}});
  const ManagerView seen = view({.names = {"u8.service"}, .patterns = {"u*"}, .most = 3});
  EXPECT_THAT(names(seen.units), ElementsAre("u0.service", "u1.service", "u8.service")) << "those named go first";
  EXPECT_EQ(seen.dropped, 6U);
}

TEST_F(ManagersTest, LooksAtAllThatAreNamed) {
  const ManagerView seen = view({.names = {"a.service", "b.service", "c.service"}, .most = 2});
  EXPECT_THAT(names(seen.units), ElementsAre("a.service", "b.service", "c.service"));
  EXPECT_EQ(seen.dropped, 0U);
}

TEST_F(ManagersTest, LooksAtWhatFailedBeforeWhatFits) {
  manager_.set("z.service", {{"ActiveState", "failed"}});
  for (int i = 0; i < 9; ++i) manager_.set("u" + std::to_string(i) + ".service", {{"ActiveState", "active"}});
  EXPECT_THAT(names(view({.patterns = {"*"}, .most = 2}).units), ElementsAre("u0.service", "z.service"));
}

TEST_F(ManagersTest, CountsChecksOfHealthThatAreLeftOut) {
  for (const char digit : {'a', 'b', 'c'})
    manager_.set(std::string(64, digit) + ".service", {{"ActiveState", "failed"}});
  const ManagerView seen = view({.most = 2});
  EXPECT_THAT(seen.others, SizeIs(2));
  EXPECT_EQ(seen.dropped, 1U);
}

TEST_F(ManagersTest, FollowsTimersToWhatTheyStart) {
  manager_.set("nightly.timer", {{"ActiveState", "active"}, {"Triggers", std::vector<std::string>{"dump.service"}}});
  manager_.set("dump.service", {{"ActiveState", "inactive"}, {"Result", "exit-code"}});
  const ManagerView seen = view({.names = {"nightly.timer"}});
  EXPECT_THAT(names(seen.units), ElementsAre("nightly.timer"));
  EXPECT_EQ(get(seen.find("dump.service")->properties, "Result"), "exit-code");
}

TEST_F(ManagersTest, KeepsChecksOfHealthApart) {
  const std::string check = std::string(64, 'a') + "-3f.service";
  manager_.set(check, {{"ActiveState", "failed"}});
  const ManagerView seen = view({});
  EXPECT_THAT(seen.units, IsEmpty());
  EXPECT_THAT(names(seen.others), ElementsAre(check));
}

TEST_F(ManagersTest, AUnitThatWentMeanwhileIsLeftOut) {
  manager_.set("a.service", {{"ActiveState", "active"}});
  manager_.be(Manner::kHolds);
  auto looking = begin(choice({.patterns = {"a*"}}));
  ASSERT_TRUE(eventually([&] { return manager_.held() == 1; }));
  manager_.unload("a.service");
  manager_.be(Manner::kAnswers);
  EXPECT_THAT(std::get<ManagerViewPtr>(end(std::move(looking)))->units, IsEmpty());
}

TEST_F(ManagersTest, HasFewCallsUnderWayAndOnePerUnit) {
  for (int i = 0; i < 500; ++i) manager_.set("u" + std::to_string(i) + ".service", {{"ActiveState", "active"}});
  manager_.be(Manner::kHolds);
  auto looking = begin(choice({.patterns = {"u*"}, .most = 1000}));
  ASSERT_TRUE(eventually([&] { return manager_.held() == 32; }));
  manager_.be(Manner::kAnswers);
  EXPECT_THAT(std::get<ManagerViewPtr>(end(std::move(looking)))->units, SizeIs(500));
  EXPECT_EQ(manager_.calls("GetAll"), 501);
  EXPECT_EQ(manager_.calls("ListUnitsByPatterns"), 2);
  EXPECT_EQ(manager_.calls("ListUnits"), 0);
  EXPECT_EQ(told_calls_, 503);
}

TEST_F(ManagersTest, WhoComesMeanwhileJoins) {
  manager_.set("a.service", {{"ActiveState", "active"}});
  manager_.be(Manner::kHolds);
  const UnitChoicePtr what = choice({.names = {"a.service"}});
  auto first = begin(what);
  ASSERT_TRUE(eventually([&] { return manager_.held() == 1; }));
  auto second = begin(what);
  auto third = begin(choice({.names = {"b.service"}}));
  manager_.be(Manner::kAnswers);
  EXPECT_EQ(std::get<ManagerViewPtr>(end(std::move(first))), std::get<ManagerViewPtr>(end(std::move(second))));
  EXPECT_THAT(names(std::get<ManagerViewPtr>(end(std::move(third)))->units), ElementsAre("b.service"))
      << "who wants to see something else waits for a look of his own";
  EXPECT_EQ(manager_.connections(), 1);
}

TEST_F(ManagersTest, RefusalIsNoFailure) {
  manager_.be(Manner::kRefuses);
  EXPECT_THAT(failure(), HasSubstr("permission: "));
  manager_.be(Manner::kAnswers);
  EXPECT_EQ(failure(), "");
}

TEST_F(ManagersTest, ABusThatHangsUpOnUsRefuses) {
  manager_.be(Manner::kTurnsAway);
  EXPECT_THAT(failure(), testing::AllOf(HasSubstr("permission: "), HasSubstr("hangs up before it has let us in; the "
                                                                             "system bus turns us away")));
  manager_.be(Manner::kAnswers);
  EXPECT_EQ(failure(), "");
}

// A user's manager has a socket of its own, which is not there, a bus, which refuses, and what a session says.
TEST_F(ManagersTest, OfSeveralWaysTheRefusalIsTold) {
  manager_.be(Manner::kTurnsAway);
  variables_["XDG_RUNTIME_DIR"] = std::filesystem::path(address_.substr(address_.find('/'))).parent_path();
  variables_["DBUS_SESSION_BUS_ADDRESS"] = "unix:path=/nowhere/bus";
  EXPECT_THAT(failure({}, {.kind = ManagerName::Kind::kOwn}), HasSubstr("permission: "));
}

TEST_F(ManagersTest, OfSeveralWaysTheRefusalIsToldThoughAnotherBroke) {
  FakeManager breaks;
  breaks.be(Manner::kBreaks);
  manager_.be(Manner::kTurnsAway);
  variables_["XDG_RUNTIME_DIR"] = std::filesystem::path(breaks.address().substr(address_.find('/'))).parent_path();
  variables_["DBUS_SESSION_BUS_ADDRESS"] = address_;
  EXPECT_THAT(failure({}, {.kind = ManagerName::Kind::kOwn}), HasSubstr("permission: "));
}

TEST_F(ManagersTest, ABusWithoutAManagerIsNone) {
  for (const Manner manner : {Manner::kIsGone, Manner::kCannotStart}) {
    manager_.be(manner);
    EXPECT_THAT(failure(), HasSubstr("absent: there is a bus and no service manager on it"));
  }
}

TEST_F(ManagersTest, WhereNobodyListensThereIsNone) {
  address_ = "unix:path=/nowhere/bus";
  EXPECT_THAT(failure(), HasSubstr("absent: unix:path=/nowhere/bus: No such file or directory; no systemd runs here"));
}

TEST_F(ManagersTest, WhereNobodyListensAnyMoreTheBusIsBroken) {
  const test::TemporaryFolder folder;
  sockaddr_un left{.sun_family = AF_UNIX, .sun_path = {}};
  const std::string path = folder.path() / "bus";
  path.copy(left.sun_path, sizeof(left.sun_path) - 1);
  const test::Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  ASSERT_EQ(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&left), sizeof(left)), 0);
  address_ = "unix:path=" + path;
  EXPECT_THAT(failure(), HasSubstr("connection: " + address_ + ": Connection refused"));
  variables_["XDG_RUNTIME_DIR"] = folder.path();
  EXPECT_THAT(failure({}, {.kind = ManagerName::Kind::kOwn}), HasSubstr("absent: ")) << "of one that was our own";
}

TEST_F(ManagersTest, AConnectionThatEndedUnseenIsMadeAnew) {
  EXPECT_EQ(failure(), "");
  manager_.hang_up();
  EXPECT_EQ(failure(), "");
  EXPECT_EQ(manager_.connections(), 2);
}

TEST_F(ManagersTest, AConnectionThatEndsMeanwhileIsAFailureAndTheNextLookIsWell) {
  manager_.set("a.service", {{"ActiveState", "active"}});
  manager_.be(Manner::kHolds);
  auto looking = begin(choice({.names = {"a.service"}}));
  ASSERT_TRUE(eventually([&] { return manager_.held() == 1; }));
  manager_.hang_up();
  EXPECT_THAT(std::get<Failure>(end(std::move(looking))).cls, "connection");
  manager_.be(Manner::kAnswers);
  EXPECT_THAT(names(view({.names = {"a.service"}}).units), ElementsAre("a.service"));
}

class HungManager : public ManagersTest {
 protected:
  HungManager() : ManagersTest({.fresh = 0ms, .time = 50ms}) {}
};

TEST_F(HungManager, IsGivenUpAndAskedAgain) {
  manager_.be(Manner::kHangs);
  EXPECT_EQ(failure(), "timeout: manager system did not answer within 50 ms");
  manager_.be(Manner::kAnswers);
  EXPECT_TRUE(eventually([&] { return failure().empty(); }));
}

class FreshManager : public ManagersTest {
 protected:
  FreshManager() : ManagersTest({.fresh = 1h, .time = test::kPatience}) {}
};

TEST_F(FreshManager, IsNotAskedAgainSoSoon) {
  const UnitChoice what = {.names = {"a.service"}};
  const ManagerAnswer first = look(what);
  EXPECT_EQ(std::get<ManagerViewPtr>(first), std::get<ManagerViewPtr>(look(what)));
  EXPECT_EQ(manager_.calls("ListUnitsByNames"), 1);
  EXPECT_NE(std::get<ManagerViewPtr>(first), std::get<ManagerViewPtr>(look({.names = {"b.service"}})));
}

}  // namespace
}  // namespace pgwatch
