#include "tests/support/sql.h"

#include <libpq-fe.h>

#include <stdexcept>

namespace pgwatch::test {
namespace {

PGconn* of(const std::shared_ptr<void>& connection) { return static_cast<PGconn*>(connection.get()); }

std::vector<Row> rows_of(const PGresult* result) {
  std::vector<Row> rows(static_cast<std::size_t>(PQntuples(result)));
  for (int row = 0; row < PQntuples(result); ++row) {
    for (int column = 0; column < PQnfields(result); ++column) {
      std::optional<std::string> cell;
      if (PQgetisnull(result, row, column) == 0) cell = PQgetvalue(result, row, column);
      rows[static_cast<std::size_t>(row)].push_back(std::move(cell));
    }
  }
  return rows;
}

}  // namespace

SqlSession::SqlSession(const std::string& conninfo)
    : connection_(PQconnectdb(conninfo.c_str()), [](void* connection) { PQfinish(static_cast<PGconn*>(connection)); }) {
  if (PQstatus(of(connection_)) != CONNECTION_OK) throw std::runtime_error(PQerrorMessage(of(connection_)));
  PQsetNoticeProcessor(
      of(connection_), [](void*, const char*) {}, nullptr);
}

std::vector<Row> SqlSession::run(const std::string& sql) {
  const std::unique_ptr<PGresult, decltype(&PQclear)> result(PQexec(of(connection_), sql.c_str()), &PQclear);
  const ExecStatusType status = PQresultStatus(result.get());
  if (status == PGRES_TUPLES_OK) return rows_of(result.get());
  if (status == PGRES_COMMAND_OK || status == PGRES_EMPTY_QUERY) return {};
  throw std::runtime_error(PQerrorMessage(of(connection_)) + sql);
}

void SqlSession::start(const std::string& sql) {
  if (PQsendQuery(of(connection_), sql.c_str()) == 0) throw std::runtime_error(PQerrorMessage(of(connection_)) + sql);
}

int SqlSession::backend_pid() const { return PQbackendPID(of(connection_)); }

}  // namespace pgwatch::test
