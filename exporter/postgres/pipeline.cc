#include "exporter/postgres/pipeline.h"

#include <libpq-fe.h>

#include <utility>

namespace pgwatch::postgres {
namespace {

constexpr std::string_view kPlanOutdated = "0A000";  // cached plan must not change result type
constexpr std::string_view kNoSuchStatement = "26000";

// The class of a failure that preparing again may cure.
std::string_view curable_class(const std::optional<Answer>& answer) {
  const Failure* const failure = answer ? std::get_if<Failure>(&*answer) : nullptr;
  if (failure == nullptr) return "";
  return failure->cls == kPlanOutdated || failure->cls == kNoSuchStatement ? std::string_view(failure->cls) : "";
}

}  // namespace

Pipeline::Pipeline(pg_conn* connection, std::optional<Transaction> transaction)
    : connection_(connection), transaction_(std::move(transaction)) {}

bool Pipeline::send(std::vector<Task> tasks) {
  if (transaction_) return send_in_transaction(std::move(tasks));
  for (Task& task : tasks)
    if (!send_task(std::move(task))) return false;
  return true;
}

std::vector<Finished> Pipeline::take_finished() { return std::exchange(finished_, {}); }

// -- Sending ----------------------------------------------------------------------------------------------------------

bool Pipeline::send_task(Task task) {
  if (task.prepare == Prepare::kYes) return send_prepared(std::move(task));
  Group group;
  const bool sent = send_plain(group, task.sql);
  group.task = std::move(task);
  return sent && close_group(std::move(group));
}

bool Pipeline::send_aside(const std::string& sql) {
  Group group;
  return send_plain(group, sql) && close_group(std::move(group));
}

// All of a pipeline in one transaction. Between two of them the server would say that it is idle with more under way,
// and a pooler whose client goes at that moment gives the server to the next one, with our answers still to come
// (seen with PgBouncer 1.18). Each task is undone, which frees its locks and heals a failure.
bool Pipeline::send_in_transaction(std::vector<Task> tasks) {
  if (tasks.empty()) return true;
  Group group;
  for (const std::string& sql : transaction_->lead_in)
    if (!send_plain(group, sql)) return false;
  if (!send_plain(group, "SAVEPOINT pgwatch")) return false;
  for (Task& task : tasks) {
    if (!send_plain(group, task.sql)) return false;
    group.task = std::move(task);
    if (!close_group(std::exchange(group, {})) || !send_aside("ROLLBACK TO SAVEPOINT pgwatch")) return false;
  }
  return send_aside("COMMIT");
}

bool Pipeline::send_prepared(Task task) {
  Group group;
  group.task = std::move(task);
  return send_named(group) && close_group(std::move(group));
}

bool Pipeline::send_plain(Group& group, const std::string& sql) {
  ++group.parts;
  ++statements_sent_;
  return PQsendQueryParams(connection_, sql.c_str(), 0, nullptr, nullptr, nullptr, nullptr, 0) == 1;
}

bool Pipeline::send_named(Group& group) {
  const std::string& sql = group.task->sql;
  const auto [known, is_new] = prepared_.try_emplace(sql);
  if (is_new) {
    known->second = "pgwatch_" + std::to_string(++names_given_);
    group.parses = true;
    ++group.parts;
    if (PQsendPrepare(connection_, known->second.c_str(), sql.c_str(), 0, nullptr) != 1) return false;
  }
  group.prepared_name = known->second;
  ++group.parts;
  ++statements_sent_;
  return PQsendQueryPrepared(connection_, known->second.c_str(), 0, nullptr, nullptr, nullptr, 0) == 1;
}

bool Pipeline::close_group(Group group) {
  groups_.push_back(std::move(group));
  return PQpipelineSync(connection_) == 1;
}

// -- Answers ----------------------------------------------------------------------------------------------------------

bool Pipeline::take_results() {
  // Asked even where nothing is awaited: that is when libpq reads what a server says unasked.
  while (PQisBusy(connection_) == 0) {
    if (groups_.empty()) return true;
    if (!take(Result(PQgetResult(connection_)))) return false;
  }
  return true;
}

bool Pipeline::take(Result result) {
  Group& group = groups_.front();
  if (!result) {
    ++group.answered;
    // The end of a part that never began: libpq has given up and would say so for ever.
    return std::exchange(group.within_part, false);
  }
  group.within_part = true;
  switch (PQresultStatus(result.get())) {
    case PGRES_PIPELINE_SYNC: return finish_group();
    case PGRES_PIPELINE_ABORTED: return true;  // the part that failed has said why
    case PGRES_TUPLES_OK:
    case PGRES_COMMAND_OK:
    case PGRES_EMPTY_QUERY: take_rows(group, result.get()); return true;
    case PGRES_FATAL_ERROR:
      if (is_farewell(result.get()))
        last_words_ = verbose_text(result.get());
      else
        take_failure(group, result.get());
      return last_words_.empty();
    default: last_words_ = "COPY has no answer in a pipeline; write a SELECT"; return false;
  }
}

void Pipeline::take_rows(Group& group, const pg_result* result) {
  if (group.answered + 1 < group.parts) return;  // of what led in
  Rows rows = rows_of(result);
  bytes_received_ += rows.bytes();
  group.answer = std::move(rows);
}

void Pipeline::take_failure(Group& group, const pg_result* result) {
  const bool is_parse = group.parses && group.answered == 0;
  if (is_parse) prepared_.erase(group.task->sql);
  if (!group.answer) group.answer = failure_of(result);
}

bool Pipeline::finish_group() {
  Group group = std::move(groups_.front());
  groups_.pop_front();
  if (!group.task) return true;
  // One that has just been parsed has nothing to gain from being parsed again.
  const std::string_view cls = group.prepared_name.empty() || group.parses ? "" : curable_class(group.answer);
  if (!cls.empty()) return send_again(std::move(*group.task), group.prepared_name, cls == kPlanOutdated);
  Failure lost{kConnection, "the server did not answer"};
  finished_.push_back({group.task->ticket, group.answer ? std::move(*group.answer) : Answer(std::move(lost))});
  return true;
}

bool Pipeline::send_again(Task task, const std::string& stale_name, bool still_there) {
  // Another task of the same pipeline may have renewed it already.
  const auto known = prepared_.find(task.sql);
  if (known != prepared_.end() && known->second == stale_name) prepared_.erase(known);
  if (still_there && !send_aside("DEALLOCATE " + stale_name)) return false;
  return send_prepared(std::move(task));
}

}  // namespace pgwatch::postgres
