// Connection: one libpq connection that never blocks. The engine polls its socket and tells it when it is ready.
//
// All functions belong to the engine's thread, except Cancel::run.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "exporter/model/failure.h"
#include "exporter/postgres/down.h"

struct pg_cancel;  // libpq's

namespace pgwatch::postgres {

enum class Prepare { kNo, kYes };

// One statement of a pipeline. The ticket comes back with the answer.
struct Task {
  std::uint64_t ticket = 0;
  std::string sql;
  Prepare prepare = Prepare::kNo;
};

struct Finished {
  std::uint64_t ticket = 0;
  Answer answer;
};

// How a transaction pooler is treated: each pipeline is one transaction, led in by these statements (BEGIN READ ONLY;
// SET LOCAL …), its own unprepared and each undone to a savepoint, so that one failure fails only itself.
struct Transaction {
  std::vector<std::string> lead_in;
};

// Asks the server to stop what a connection runs. Made by the engine, run on the cancel thread: it blocks.
class Cancel {
 public:
  explicit Cancel(std::shared_ptr<pg_cancel> handle);
  void run() const;

 private:
  std::shared_ptr<pg_cancel> handle_;
};

class Connection {
 public:
  enum class State {
    kConnecting,
    kIdle,  // nothing sent is unanswered
    kBusy,
    kBroken,  // its socket is closed; down() says why, and what came in before may still be taken
  };

  // Starts connecting with the keywords of Conninfo::parameters. Never throws: a bad start is a broken connection.
  explicit Connection(const std::vector<std::pair<std::string, std::string>>& parameters,
                      std::optional<Transaction> transaction = std::nullopt);
  ~Connection();  // closes, whatever is under way; does not wait
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  State state() const;
  const Down& down() const;  // REQUIRES: kBroken
  // The server has been asked to let us in and has not decided: it may be at work on that when we have gone.
  bool logging_in() const;

  int socket() const;    // -1 where there is none; may change while connecting
  short events() const;  // POLLIN, POLLOUT: what to poll for
  void on_ready();       // the socket is ready for something of it, or has an error

  // Sends a pipeline: each task in a sync group of its own, so that one failure fails only its statement.
  // A prepared statement is parsed at its first use on this connection. An answer of 0A000 or 26000 has it parsed again
  // under a new name and run again at the end of the same pipeline; one that was parsed just now keeps its answer.
  // COPY breaks the connection: it has no answer in a pipeline.
  // REQUIRES: kIdle.
  void send(std::vector<Task> tasks);

  // Answers that have come in since the last call, in order. A connection that breaks leaves the rest unanswered.
  std::vector<Finished> take_finished();

  Cancel cancel() const;             // REQUIRES: not kConnecting, not kBroken
  int backend_pid() const;           // 0 until connected; these three outlive a break
  std::string host_address() const;  // of the server it has reached or is trying: address, or socket folder
  std::string host_port() const;

  std::uint64_t statements_sent() const;
  std::uint64_t bytes_received() const;  // of cells

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace pgwatch::postgres
