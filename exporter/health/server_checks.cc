// Is the server there, and is it what it is meant to be?
#include "exporter/health/catalogue.h"

namespace pgwatch::health {
namespace {

std::string role_of(const Facts& facts) { return facts.in_recovery ? "standby" : "primary"; }

std::vector<Finding> judge_up(const Evidence& evidence, const Threshold&) {
  const TargetStatus& status = evidence.status;
  if (!status.up) {
    const std::string detail = status.detail.empty() ? "" : ": " + status.detail;
    return {{Status::kCritical, "down, " + status.reason + detail}};
  }
  if (!status.facts) return {{Status::kOk, "answers"}};
  return {{Status::kOk,
           "PostgreSQL " + status.facts->version_text + ", a " + role_of(*status.facts) + " at " + status.address}};
}

std::vector<Finding> judge_role(const Evidence& evidence, const Threshold&) {
  const std::string expected(to_string(evidence.target.role));
  if (!evidence.status.facts) return {{Status::kUnknown, "the server has not said what it is"}};
  const std::string actual = role_of(*evidence.status.facts);
  if (evidence.target.role == Role::kAny) return {{Status::kInactive, "a " + actual + "; any role will do"}};
  if (actual == expected) return {{Status::kOk, "a " + actual + ", as configured"}};
  return {{Status::kCritical, "a " + actual + "; configured is " + expected}};
}

}  // namespace

std::vector<Check> server_checks() {
  return {
      {{.name = kUpCheck, .help = "The server answers."}, "", judge_up},
      {{.name = "role", .help = "The server is the primary or a standby, as `role` says."}, "", judge_role},
  };
}

}  // namespace pgwatch::health
