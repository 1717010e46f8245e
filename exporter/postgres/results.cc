#include "exporter/postgres/results.h"

#include <libpq-fe.h>

#include <string_view>
#include <vector>

#include "exporter/postgres/conninfo.h"

namespace pgwatch::postgres {
namespace {

std::string field(const PGresult* result, int code) {
  const char* const text = PQresultErrorField(result, code);
  return text == nullptr ? "" : text;
}

Cell cell_of(const PGresult* result, int row, int column) {
  if (PQgetisnull(result, row, column)) return std::nullopt;
  return std::string_view(PQgetvalue(result, row, column), static_cast<std::size_t>(PQgetlength(result, row, column)));
}

}  // namespace

void ResultCloser::operator()(pg_result* result) const { PQclear(result); }

Rows rows_of(const pg_result* result) {
  const int width = PQnfields(result);
  std::vector<std::string> columns;
  for (int column = 0; column < width; ++column) columns.emplace_back(PQfname(result, column));
  Rows rows(std::move(columns));
  std::vector<Cell> cells(static_cast<std::size_t>(width));
  for (int row = 0; row < PQntuples(result); ++row) {
    for (int column = 0; column < width; ++column)
      cells[static_cast<std::size_t>(column)] = cell_of(result, row, column);
    rows.add(cells);
  }
  return rows;
}

Failure failure_of(const pg_result* result) {
  Failure failure{field(result, PG_DIAG_SQLSTATE), field(result, PG_DIAG_MESSAGE_PRIMARY)};
  if (failure.cls.empty()) failure.cls = kConnection;  // libpq's own trouble
  if (failure.message.empty()) failure.message = PQresultErrorMessage(result);
  failure.message = redact(failure.message);
  return failure;
}

bool is_farewell(const pg_result* result) {
  const std::string severity = field(result, PG_DIAG_SEVERITY_NONLOCALIZED);
  return severity == "FATAL" || severity == "PANIC";
}

std::string verbose_text(const pg_result* result) {
  char* const text = PQresultVerboseErrorMessage(result, PQERRORS_VERBOSE, PQSHOW_CONTEXT_NEVER);
  const std::string copy = text == nullptr ? "" : text;
  PQfreemem(text);
  return copy;
}

}  // namespace pgwatch::postgres
