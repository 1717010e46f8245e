// ScriptedPostgres: says what a PostgreSQL server would say, and then what no real one can be made to say.
//
// Speaks the wire protocol on 127.0.0.1 on threads of its own. Every statement is answered with one row, answer = 1.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>

#include "tests/support/descriptor.h"

namespace pgwatch::test {

struct Script {
  enum class Act {
    kAnswer,   // goes on
    kSilence,  // keeps the connection and says nothing more
    kGarbage,  // speaks another protocol
    kError,    // FATAL with this SQLSTATE and message, then closes
    kClose,
  };

  Act greeting = Act::kAnswer;  // to a client's startup packet
  int statements = 0;           // answered before the ending
  Act ending = Act::kAnswer;    // to what comes after them
  std::string sqlstate = "57P03";
  std::string message = "the database system is starting up";
  std::chrono::milliseconds pause{0};  // before each byte
};

class ScriptedPostgres {
 public:
  explicit ScriptedPostgres(Script script);
  ~ScriptedPostgres();
  ScriptedPostgres(const ScriptedPostgres&) = delete;
  ScriptedPostgres& operator=(const ScriptedPostgres&) = delete;

  std::uint16_t port() const { return port_; }
  std::string conninfo() const;  // without TLS

  int startups() const { return startups_; }  // clients that asked to be let in
  int cancels() const { return cancels_; }    // cancel requests

 private:
  class Talk;

  void accept_all();

  const Script script_;
  Descriptor listener_;
  Descriptor stop_;  // readable when all threads shall end
  std::uint16_t port_ = 0;
  std::atomic<int> startups_ = 0;
  std::atomic<int> cancels_ = 0;
  std::thread acceptor_;
};

}  // namespace pgwatch::test
