#include "exporter/engine/host_reader.h"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>

#include "tests/exporter/engine/loop_thread.h"
#include "tests/exporter/engine/moments.h"
#include "tests/exporter/engine/toy.h"
#include "tests/support/fake_manager.h"

namespace pgwatch {
namespace {

using namespace std::chrono_literals;
using test::FakeManager;
using test::Gate;
using test::in;
using test::LoopThread;
using test::one_value;

class HostReaderTest : public testing::Test {
 protected:
  // What a read came to: the value, or its failure's class and message. Looks may have to end before it does.
  std::string read(const HostRead& what, std::chrono::milliseconds time = 1h, std::chrono::milliseconds looks = 1h) {
    const Gate told;
    std::string said;
    thread_.run([&] {
      reader_.start("", what, in(time), [&, told](const Answer& answer) {
        const auto* failure = std::get_if<Failure>(&answer);
        said = failure != nullptr ? failure->cls + ": " + failure->message
                                  : std::string(std::get<Rows>(answer).at(0, "value").value());
        ++told_;
        told.open();
      });
      reader_.end_looks("", in(looks));
      EXPECT_EQ(said, "") << "its collector hears nothing before it has started";
    });
    EXPECT_TRUE(told.opens());
    return said;
  }

  FakeManager manager_;
  std::string address_ = manager_.address();
  std::atomic<int> told_ = 0;
  Loop loop_;
  Blocking blocking_{loop_, [](BlockingKind) {}};
  Managers managers_{loop_,
                     {.environment = [this](const std::string& name) -> std::optional<std::string> {
                        if (name == "DBUS_SYSTEM_BUS_ADDRESS") return address_;
                        return std::nullopt;
                      },
                      .uid = 1},
                     [](const ManagerName&, std::size_t) {}};
  HostReader reader_{loop_, blocking_, managers_};
  LoopThread thread_{loop_};
};

HostRead files(std::function<Answer()> job) {
  return [job = std::move(job)](Host& host, HostDone done) { host.read_files(job, std::move(done)); };
}

TEST_F(HostReaderTest, GivesWhatAJobRead) {
  EXPECT_EQ(read(files([] { return one_value("7"); })), "7");
}

TEST_F(HostReaderTest, AReadMayAnswerAtOnce) {
  EXPECT_EQ(read([](Host&, const HostDone& done) { done(one_value("7")); }), "7");
}

TEST_F(HostReaderTest, AReadMayTakeTwoJobs) {
  EXPECT_EQ(read([](Host& host, const HostDone& done) {
              host.read_files([] { return one_value("7"); },
                              [&host, done](const Answer& first) {
                                const std::string value(std::get<Rows>(first).at(0, "value").value());
                                host.read_files([value] { return one_value(value + "0"); }, done);
                              });
            }),
            "70");
}

TEST_F(HostReaderTest, AnExceptionOfTheJobIsAFailure) {
  EXPECT_EQ(read(files([]() -> Answer { throw std::runtime_error("no such file"); })), "host: no such file");
}

TEST_F(HostReaderTest, AnExceptionOfTheReadIsAFailure) {
  EXPECT_EQ(read([](Host&, const HostDone&) { throw std::runtime_error("cannot begin"); }), "host: cannot begin");
}

TEST_F(HostReaderTest, AnExceptionOfWhoTellsOfALookIsAFailure) {
  EXPECT_EQ(read([](Host& host, const HostDone&) {
              host.look_at_manager({}, std::make_shared<const UnitChoice>(),
                                   [](const ManagerAnswer&) { throw std::runtime_error("cannot tell"); });
            }),
            "host: cannot tell");
}

TEST_F(HostReaderTest, TheFirstAnswerCounts) {
  EXPECT_EQ(read([](Host&, const HostDone& done) {
              done(one_value("1"));
              done(one_value("2"));
            }),
            "1");
  thread_.run([] {});
  EXPECT_EQ(told_, 1);
}

TEST_F(HostReaderTest, AReadThatNeverAnswersTimesOut) {
  EXPECT_EQ(read([](Host&, const HostDone&) {}, 20ms), "timeout: the host did not answer in time");
}

// The system's manager hangs, and our own is nowhere.
class SilentManagerTest : public HostReaderTest {
 protected:
  SilentManagerTest() { manager_.be(FakeManager::Manner::kHangs); }

  // The class of the failure of each look.
  static void look_at_both(Host& host, const HostDone& done) {
    const auto choice = std::make_shared<const UnitChoice>();
    const auto classes = std::make_shared<std::vector<std::string>>();
    for (const auto kind : {ManagerName::Kind::kSystem, ManagerName::Kind::kOwn})
      host.look_at_manager({.kind = kind}, choice, [classes, done](const ManagerAnswer& answer) {
        classes->push_back(std::get<Failure>(answer).cls);
        if (classes->size() == 2) done(one_value(classes->front() + ", " + classes->back()));
      });
  }
};

TEST_F(SilentManagerTest, LeavesTimeToTellOfTheOthers) { EXPECT_EQ(read(look_at_both, 1s), "absent, timeout"); }

TEST_F(SilentManagerTest, IsLeftOutEarlierWhereSomebodyMustKnow) {
  EXPECT_EQ(read(look_at_both, 1h, 100ms), "absent, timeout");
}

TEST_F(HostReaderTest, AJobThatHangsTimesOutAndIsNotHeardOfAgain) {
  const Gate gate;
  EXPECT_EQ(read(files([gate]() -> Answer {
                   gate.wait();
                   return one_value("late");
                 }),
                 20ms),
            "timeout: the host did not answer in time");
  EXPECT_EQ(read(files([] { return one_value("queued"); }), 20ms), "timeout: the host did not answer in time")
      << "what waits behind it is dropped at its own deadline";
  gate.open();
  EXPECT_EQ(read(files([] { return one_value("next"); })), "next");
  EXPECT_EQ(told_, 3);
}

}  // namespace
}  // namespace pgwatch
