#include "exporter/engine/resolver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <optional>

#include "tests/exporter/engine/loop_thread.h"
#include "tests/exporter/engine/moments.h"

namespace pgwatch {
namespace {

using namespace std::chrono_literals;
using test::eventually;
using test::Gate;
using test::in;
using test::LoopThread;
using testing::ElementsAre;

// A name server that says what the test wants, when it wants.
class NameServer {
 public:
  Addresses look_up(const std::string& host) {
    ++lookups;
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !silent_; });
    return host == "other" ? Addresses{{"10.0.0.9"}, "", false} : says_;
  }
  void say(Addresses addresses) {
    const std::lock_guard lock(mutex_);
    says_ = std::move(addresses);
  }
  void fall_silent() {
    const std::lock_guard lock(mutex_);
    silent_ = true;
  }
  void speak() {
    {
      const std::lock_guard lock(mutex_);
      silent_ = false;
    }
    changed_.notify_all();
  }

  std::atomic<int> lookups = 0;

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool silent_ = false;
  Addresses says_{{"10.0.0.1", "10.0.0.2"}, "", false};
};

class ResolverTest : public testing::Test {
 protected:
  ~ResolverTest() override { server_->speak(); }

  // One who waits. Its Wait ends on the loop's thread.
  struct Asker {
    Addresses answer;
    std::atomic<bool> told = false;
    std::unique_ptr<Resolver::Wait> wait;
  };

  std::shared_ptr<Asker> ask(const std::string& host, std::chrono::milliseconds time = 1h) {
    auto asker = std::make_shared<Asker>();
    thread_.run([&] {
      asker->wait = resolver_.resolve(host, in(time), [asker = asker.get()](Addresses addresses) {
        asker->answer = std::move(addresses);
        asker->told = true;
      });
      EXPECT_FALSE(asker->told) << "never from within the call";
      askers_.push_back(asker);
    });
    return asker;
  }

  static Addresses answer_to(const std::shared_ptr<Asker>& asker) {
    EXPECT_TRUE(eventually([&] { return asker->told.load(); }));
    return asker->answer;
  }

  void give_up(const std::shared_ptr<Asker>& asker) {
    thread_.run([&] { asker->wait.reset(); });
  }

  void wait_for_lookups(int number) {
    EXPECT_TRUE(eventually([&] { return server_->lookups == number; }));
  }

  const std::shared_ptr<NameServer> server_ = std::make_shared<NameServer>();
  Loop loop_;
  Blocking blocking_{loop_, [](BlockingKind) {}};
  Resolver resolver_{blocking_, loop_, [server = server_](const std::string& host) { return server->look_up(host); }};
  std::vector<std::shared_ptr<Asker>> askers_;
  LoopThread thread_{loop_};
};

TEST_F(ResolverTest, GivesAllAddressesOfAName) {
  EXPECT_THAT(answer_to(ask("db")).found, ElementsAre("10.0.0.1", "10.0.0.2"));
}

TEST_F(ResolverTest, LocalhostIsNotLookedUp) {
  EXPECT_THAT(answer_to(ask("localhost")).found, ElementsAre("::1", "127.0.0.1"));
  EXPECT_EQ(server_->lookups, 0);
}

TEST_F(ResolverTest, ANameBeingLookedUpIsNotLookedUpTwice) {
  server_->fall_silent();
  const auto one = ask("db");
  const auto two = ask("db");
  wait_for_lookups(1);
  server_->speak();
  EXPECT_EQ(answer_to(one).found.size(), 2u);
  EXPECT_EQ(answer_to(two).found.size(), 2u);
  EXPECT_EQ(server_->lookups, 1);
  answer_to(ask("db"));
  EXPECT_EQ(server_->lookups, 2) << "the next connection asks anew";
}

TEST_F(ResolverTest, TheLastGoodAnswerStandsInWhileTheResolverIsSilent) {
  answer_to(ask("db"));
  server_->fall_silent();
  const auto begin = std::chrono::steady_clock::now();
  const Addresses answer = answer_to(ask("db"));
  EXPECT_THAT(answer.found, ElementsAre("10.0.0.1", "10.0.0.2"));
  EXPECT_EQ(answer.error, "");
  EXPECT_GE(std::chrono::steady_clock::now() - begin, Resolver::kPatience);
}

TEST_F(ResolverTest, TheLastGoodAnswerStandsInForAnErrorThatIsNoAnswer) {
  answer_to(ask("db"));
  server_->say({{}, "temporary failure", false});
  EXPECT_THAT(answer_to(ask("db")).found, ElementsAre("10.0.0.1", "10.0.0.2"));
}

TEST_F(ResolverTest, AFinalErrorIsToldWhateverWasGoodBefore) {
  answer_to(ask("db"));
  server_->say({{}, "no such name", true});
  const Addresses answer = answer_to(ask("db"));
  EXPECT_TRUE(answer.found.empty());
  EXPECT_EQ(answer.error, "no such name");
}

TEST_F(ResolverTest, SaysAtTheDeadlineThatNothingCame) {
  server_->fall_silent();
  const auto begin = std::chrono::steady_clock::now();
  const Addresses answer = answer_to(ask("db", 30ms));
  EXPECT_EQ(answer.error, "the resolver does not answer for db");
  EXPECT_FALSE(answer.final);
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 30ms);
}

TEST_F(ResolverTest, ALateAnswerIsRememberedForTheNext) {
  server_->fall_silent();
  answer_to(ask("db", 20ms));
  server_->speak();
  EXPECT_TRUE(eventually([this] { return thread_.run([this] { return !blocking_.busy(); }); }));
  server_->fall_silent();
  EXPECT_EQ(answer_to(ask("db")).found.size(), 2u);
}

TEST_F(ResolverTest, WhoGaveUpHearsNothingAndTheOthersDo) {
  server_->fall_silent();
  const auto one = ask("db");
  const auto two = ask("db");
  give_up(one);
  server_->speak();
  EXPECT_EQ(answer_to(two).found.size(), 2u);
  EXPECT_FALSE(one->told);
}

TEST_F(ResolverTest, ANameThatNeverGetsItsTurnIsToldAtItsDeadline) {
  server_->fall_silent();
  const auto first = ask("db");
  wait_for_lookups(1);
  EXPECT_EQ(answer_to(ask("other", 30ms)).error, "the resolver does not answer for other");
  EXPECT_FALSE(first->told);
  server_->speak();
  EXPECT_THAT(answer_to(ask("other")).found, ElementsAre("10.0.0.9")) << "and is looked up the next time";
}

TEST_F(ResolverTest, AWaitMayEndInItsOwnAnswer) {
  std::unique_ptr<Resolver::Wait> wait;
  const Gate told;
  thread_.run([&] {
    wait = resolver_.resolve("db", in(1h), [&](const Addresses&) {
      wait.reset();
      told.open();
    });
  });
  EXPECT_TRUE(told.opens());
}

TEST(SystemLookup, ReadsNumericAddresses) {
  EXPECT_THAT(Resolver::system_lookup("127.0.0.1").found, ElementsAre("127.0.0.1"));
  EXPECT_THAT(Resolver::system_lookup("::1").found, ElementsAre("::1"));
}

TEST(SystemLookup, NamesWhatItCannotResolve) {
  const Addresses answer = Resolver::system_lookup(std::string(70, 'x'));  // longer than any label may be
  EXPECT_TRUE(answer.found.empty());
  EXPECT_THAT(answer.error, testing::StartsWith("cannot resolve xxx"));
}

}  // namespace
}  // namespace pgwatch
