// What tests of the running program say again and again: a configuration, a scrape as Prometheus makes it, and what the
// page says of a server.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "tests/integration/shared_server.h"
#include "tests/support/pgwatch.h"
#include "tests/support/postgres_server.h"
#include "tests/support/proxy.h"

namespace pgwatch::test {

struct Watched {
  std::string name;
  std::string conninfo;
  std::string more = {};  // lines of the target, as in "password_file: /secret"
};

// A configuration of these targets; `more` is what else is in the file.
std::string config_of(const std::vector<Watched>& targets, const std::string& more = "");

// Lines of a target that is given up soon.
inline constexpr const char* kShortConnect = "timeouts: {connect: 1s}";

// Lines of a target, or of all, asked only what scrapes ask: nobody visits them at a moment that no test could foresee.
std::string scrapes_alone();

// As configurations, arguments and SQL have it: "1500ms".
std::string in_milliseconds(std::chrono::milliseconds time);

// How often a text has this part.
std::size_t occurrences(const std::string& text, const std::string& part);

struct TimedPage {
  Exposition page;
  std::chrono::milliseconds took;
};

// Throws std::runtime_error where the answer is not 200.
TimedPage scrape(const Pgwatch& pgwatch, std::chrono::milliseconds timeout = std::chrono::seconds(10));

// The server is up and every collector has its data.
testing::AssertionResult is_whole(const Exposition& page, const std::string& server);
// The server is down, for this reason and no other.
testing::AssertionResult is_down(const Exposition& page, const std::string& server, const std::string& reason);

// Scrapes until the server is whole.
testing::AssertionResult becomes_whole(const Pgwatch& pgwatch, const std::string& server);

// The backend of the kept connection: the eldest of pgwatch's.
std::string kept_backend(const PostgresServer& server);
// Waits until the server has no backend of pgwatch's.
testing::AssertionResult has_no_backend(const PostgresServer& server);

// Counts pgwatch's connections, as the server sees them, again and again until its end.
class Census {
 public:
  explicit Census(const PostgresServer& server);
  ~Census();
  Census(const Census&) = delete;
  Census& operator=(const Census&) = delete;

  int most() const { return most_; }

 private:
  void count(const std::string& conninfo);

  std::atomic<bool> over_ = false;
  std::atomic<int> most_ = 0;
  std::thread thread_;
};

// A faulty server beside one that is well: whatever happens to the first, the second's data is complete, and the first
// never has more connections of ours than the cap. Each test leaves the faulty one running.
class BesideWell : public SharedServer {
 protected:
  static void SetUpTestSuite();
  static void TearDownTestSuite();
  void SetUp() override;
  void TearDown() override;

  static std::string config(const std::string& faulty, const std::string& more_of_it = "") {
    return config_of({{"faulty", faulty, more_of_it}, {"well", server_->conninfo()}});
  }
  static std::string through(const Proxy& proxy) { return faulty_->conninfo("pgwatch", "postgres", proxy.port()); }

  // One scrape, answered within its time, with the other server's data.
  static Exposition scrape_beside_well(const Pgwatch& pgwatch,
                                       std::chrono::milliseconds timeout = std::chrono::seconds(10));
  // The same, and the faulty server is down for this reason.
  static void expect_down(const Pgwatch& pgwatch, const std::string& reason,
                          std::chrono::milliseconds timeout = std::chrono::seconds(10));

  int cap_ = 3;  // a test that stops backends for long, or runs a second pgwatch, says another

  inline static std::unique_ptr<PostgresServer> faulty_;
  std::unique_ptr<Census> census_;
};

}  // namespace pgwatch::test
