// Pipeline: what was sent on a connection and what of it is answered. Only for this folder.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "exporter/postgres/connection.h"
#include "exporter/postgres/results.h"

struct pg_conn;

namespace pgwatch::postgres {

class Pipeline {
 public:
  // The connection is in pipeline mode, does not block and outlives this.
  Pipeline(pg_conn* connection, std::optional<Transaction> transaction);

  // False where libpq would not take it: the connection is broken.
  bool send(std::vector<Task> tasks);

  // Takes the results that are there. False where nothing can follow: see last_words().
  bool take_results();

  bool all_answered() const { return groups_.empty(); }
  std::vector<Finished> take_finished();
  const std::string& last_words() const { return last_words_; }

  std::uint64_t statements_sent() const { return statements_sent_; }
  std::uint64_t bytes_received() const { return bytes_received_; }

 private:
  // All that is between two syncs: some parts of which the last is the task's statement, or an aside that has no task.
  struct Group {
    std::optional<Task> task;
    std::string prepared_name;  // "" where it was sent unprepared
    bool parses = false;        // its first part prepares its statement
    int parts = 0;
    int answered = 0;
    bool within_part = false;  // a part has begun to answer
    std::optional<Answer> answer;
  };

  bool send_task(Task task);
  bool send_aside(const std::string& sql);
  bool send_in_transaction(std::vector<Task> tasks);
  bool send_prepared(Task task);
  bool send_plain(Group& group, const std::string& sql);
  bool send_named(Group& group);
  bool close_group(Group group);

  bool take(Result result);
  void take_failure(Group& group, const pg_result* result);
  void take_rows(Group& group, const pg_result* result);
  bool finish_group();
  bool send_again(Task task, const std::string& stale_name, bool still_there);

  pg_conn* const connection_;
  const std::optional<Transaction> transaction_;
  std::map<std::string, std::string, std::less<>> prepared_;  // SQL to the name it has on this connection
  std::uint64_t names_given_ = 0;
  std::deque<Group> groups_;
  std::vector<Finished> finished_;
  std::string last_words_;
  std::uint64_t statements_sent_ = 0;
  std::uint64_t bytes_received_ = 0;
};

}  // namespace pgwatch::postgres
