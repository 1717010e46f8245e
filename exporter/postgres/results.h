// Results: what libpq hands out, as values of ours. Only for this folder.
#pragma once

#include <memory>
#include <string>

#include "exporter/model/failure.h"

struct pg_result;

namespace pgwatch::postgres {

struct ResultCloser {
  void operator()(pg_result* result) const;
};
using Result = std::unique_ptr<pg_result, ResultCloser>;

Rows rows_of(const pg_result* result);
// The primary message alone: details and hints may quote data.
Failure failure_of(const pg_result* result);
// FATAL and PANIC: the server hangs up after it.
bool is_farewell(const pg_result* result);
// With the SQLSTATE in it, for classify().
std::string verbose_text(const pg_result* result);

}  // namespace pgwatch::postgres
