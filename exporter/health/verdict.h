// Verdict: what one check says of one thing on one server.
#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "exporter/model/threshold.h"

namespace pgwatch::health {

enum class Status {
  kOk,
  kInactive,  // it has nothing to judge here: a primary receives nothing
  kSkipped,   // it could not look, and somebody else says why
  kWarning,
  kUnknown,  // it could not look, and nobody else says why
  kCritical,
};

std::string_view to_string(Status status);  // in lower case

struct Verdict {
  std::string server;
  std::string check;
  std::string collector = {};  // whose answer was judged; "" for the server's own state
  std::string subject = {};    // which standby or slot, where there may be several; else ""
  Status status = Status::kOk;
  std::string summary = {};  // one line, no secret
  std::optional<double> value = {};
  Unit unit = Unit::kNone;
  Threshold threshold = {};
  std::chrono::nanoseconds duration{0};  // until the answer that was judged had come
};

// Whether the check was made. One that found nothing to judge was: the server was asked, and is no standby, say.
bool looked(const Verdict& verdict);

// ok, warning, unknown or critical. No check made at all is unknown: a mistyped name must not look well.
Status overall(std::span<const Verdict> verdicts);

}  // namespace pgwatch::health
