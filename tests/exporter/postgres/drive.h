// Drive: does for one connection what the engine's poll loop does for all.
#pragma once

#include <poll.h>

#include <chrono>
#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "exporter/postgres/connection.h"
#include "exporter/postgres/conninfo.h"
#include "tests/support/wait.h"

namespace pgwatch::postgres::test {

using pgwatch::test::kPatience;

// Polls until the condition holds; false where it did not in time, or cannot any more since the connection broke.
inline bool drive(Connection& connection, const std::function<bool()>& done,
                  std::chrono::milliseconds patience = kPatience) {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (!done()) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    if (connection.state() == Connection::State::kBroken || left.count() <= 0) return false;
    pollfd polled{connection.socket(), connection.events(), 0};
    if (::poll(&polled, 1, static_cast<int>(left.count())) > 0) connection.on_ready();
  }
  return true;
}

inline bool connect(Connection& connection) {
  return drive(connection, [&] { return connection.state() == Connection::State::kIdle; });
}

inline bool breaks(Connection& connection) {
  return drive(connection, [&] { return connection.state() == Connection::State::kBroken; });
}

inline std::vector<std::pair<std::string, std::string>> parameters(const std::string& text) {
  const Conninfo conninfo{Secret(text)};
  return conninfo.parameters(conninfo.endpoints(), "", Secret());
}

// Sends and collects what is answered by the time the connection is idle again, or broken.
inline std::map<std::uint64_t, Answer> ask(Connection& connection, std::vector<Task> tasks) {
  connection.send(std::move(tasks));
  connect(connection);
  std::map<std::uint64_t, Answer> answers;
  for (Finished& finished : connection.take_finished()) answers[finished.ticket] = std::move(finished.answer);
  return answers;
}

// The first cell, "NULL", "no rows", or the failure's class in brackets.
inline std::string shown(const Answer& answer) {
  if (const Failure* const failure = std::get_if<Failure>(&answer)) return "[" + failure->cls + "]";
  const Rows& rows = std::get<Rows>(answer);
  if (rows.size() == 0) return "no rows";
  return std::string(rows.at(0, std::size_t{0}).value_or("NULL"));
}

// Throws std::runtime_error with the failure's message.
inline const Rows& rows_of(const Answer& answer) {
  if (const Failure* const failure = std::get_if<Failure>(&answer)) throw std::runtime_error(failure->message);
  return std::get<Rows>(answer);
}

inline Rows read_rows(Connection& connection, const std::string& sql) {
  const auto answers = ask(connection, {{1, sql}});
  if (answers.empty()) throw std::runtime_error("unanswered: " + sql);
  return rows_of(answers.at(1));
}

inline std::string reason_of(const Connection& connection) { return std::string(to_string(connection.down().reason)); }

inline std::string ask_one(Connection& connection, const std::string& sql, Prepare prepare = Prepare::kNo) {
  const auto answers = ask(connection, {{1, sql, prepare}});
  return answers.empty() ? "unanswered" : shown(answers.at(1));
}

}  // namespace pgwatch::postgres::test
