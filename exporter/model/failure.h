// Failure: why a statement or a host read gave no rows.
#pragma once

#include <string>
#include <variant>

#include "exporter/model/rows.h"

namespace pgwatch {

struct Failure {
  std::string cls;  // what counters and labels say: an SQLSTATE ("42501"), or a word of ours ("timeout", "connection")
  std::string message;  // for the log and the status page; holds no secret
};

using Answer = std::variant<Rows, Failure>;

// The classes that are ours.
inline constexpr const char* kTimeout = "timeout";        // not answered by the deadline
inline constexpr const char* kConnection = "connection";  // the connection broke before the answer
inline constexpr const char* kForbidden = "permission";   // the host does not let us look: a skip
inline constexpr const char* kAbsent = "absent";          // the host has no such thing: a skip
inline constexpr const char* kEmit = "emit";              // the collector could not make sense of the answer

}  // namespace pgwatch
