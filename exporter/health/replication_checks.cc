// Both ends of streaming: whether a standby receives, how far it is behind, and how far those behind this server are.
#include <algorithm>

#include "exporter/health/catalogue.h"
#include "exporter/health/wording.h"

namespace pgwatch::health {
namespace {

bool is_primary(const Evidence& evidence) { return evidence.value("pg_replication_is_replica") == 0; }

Finding finding(double value, Unit unit, const Threshold& threshold, const std::string& text) {
  return {compare(value, threshold), text + beyond(value, threshold, unit), value};
}

Finding hidden(const std::string& what) { return {Status::kUnknown, what + " is hidden: the role needs pg_monitor"}; }

std::string receiver_state(const Evidence& evidence) {
  return evidence.state("pg_replication_receiver_status", "status");
}

bool only_restores(const Evidence& evidence) { return evidence.value("pg_replication_primary_configured") == 0; }

// A receiver that waits for messages which no longer come still calls itself streaming. How long it waits before it
// asks for one is the server's to say: a silence within that is none.
Finding judge_silence(double age, double receiver_timeout, Threshold threshold) {
  for (std::optional<double>* one : {&threshold.warning, &threshold.critical})
    if (*one) *one = std::max(**one, receiver_timeout);
  return finding(age, Unit::kSeconds, threshold, "streams, last message " + worded(age, Unit::kSeconds) + " ago");
}

std::vector<Finding> judge_receiver(const Evidence& evidence, const Threshold& threshold) {
  if (is_primary(evidence)) return {{Status::kInactive, "a primary receives nothing"}};
  const std::string state = receiver_state(evidence);
  if (state == "streaming") {
    const auto age = evidence.value("pg_replication_receiver_last_message_age_seconds");
    const auto timeout = evidence.value("pg_replication_receiver_timeout_seconds");
    return {age ? judge_silence(*age, timeout.value_or(0), threshold) : Finding{Status::kOk, "streams"}};
  }
  if (only_restores(evidence)) return {{Status::kInactive, "restores from an archive; primary_conninfo is empty"}};
  if (state.empty()) return {hidden("the state of the WAL receiver")};
  return {{Status::kCritical, "does not stream: the WAL receiver is " + state}};
}

// A standby that was just started has replayed no transaction, and so has no age to tell.
Finding judge_unknown_age(const Evidence& evidence, double pending) {
  if (pending == 0 && receiver_state(evidence).empty()) return hidden("whether anything is received");
  if (pending == 0 && only_restores(evidence))
    return {Status::kInactive, "restores from an archive, and does not know what has not come there yet"};
  if (pending == 0) return {Status::kInactive, "unknown while nothing is received"};
  return {Status::kUnknown,
          worded(pending, Unit::kBytes) + " wait for replay; nothing was replayed yet, so nobody knows how long"};
}

Finding judge_known_age(double age, double pending, const Threshold& threshold) {
  if (pending == 0) return finding(age, Unit::kSeconds, threshold, "has replayed all it has received");
  return finding(age, Unit::kSeconds, threshold,
                 "replay is " + worded(age, Unit::kSeconds) + " behind, " + worded(pending, Unit::kBytes) + " wait");
}

std::vector<Finding> judge_replay_age(const Evidence& evidence, const Threshold& threshold) {
  if (is_primary(evidence)) return {{Status::kInactive, "a primary replays nothing"}};
  const auto age = evidence.value("pg_replication_replay_age_seconds");
  const auto pending = evidence.value("pg_replication_replay_pending_bytes").value_or(0);
  Finding finding = age ? judge_known_age(*age, pending, threshold) : judge_unknown_age(evidence, pending);
  if (evidence.value("pg_replication_replay_paused") == 1) finding.summary += "; replay is paused";
  return {finding};
}

std::string standby_name(const Reading& reading) {
  const std::string name = reading.label("application_name");
  const std::string address = reading.label("client_addr");
  return address.empty() ? name : name + "@" + address;
}

std::vector<Finding> judge_replay_bytes(const Evidence& evidence, const Threshold& threshold) {
  std::vector<Finding> findings;
  for (const Reading& reading : evidence.readings("pg_stat_replication_lag_bytes")) {
    if (reading.label("stage") != "replay") continue;
    findings.push_back(
        finding(reading.value, Unit::kBytes, threshold, worded(reading.value, Unit::kBytes) + " not replayed yet"));
    findings.back().subject = standby_name(reading);
  }
  if (findings.empty()) return {{Status::kInactive, "no standby streams from here"}};
  return findings;
}

}  // namespace

std::vector<Check> replication_checks() {
  constexpr double kMinute = 60;
  constexpr double kMebibyte = 1024.0 * 1024;
  const std::string collector = "replication";
  return {
      {{.name = "replication_receiver",
        .help = "A standby streams; the threshold is the age of the last message of its primary, and at least the "
                "standby's own wal_receiver_timeout.",
        .unit = Unit::kSeconds,
        .threshold = {.warning = {}, .critical = kMinute}},
       collector,
       judge_receiver},
      {{.name = "replication_lag_seconds",
        .help = "How far a standby's replay is behind at most, while received WAL waits for it.",
        .unit = Unit::kSeconds,
        .threshold = {.warning = kMinute, .critical = 5 * kMinute}},
       collector,
       judge_replay_age,
       true},
      {{.name = "replication_lag_bytes",
        .help = "WAL that a standby streaming from here has not replayed yet.",
        .unit = Unit::kBytes,
        .threshold = {.warning = 256 * kMebibyte, .critical = 2048 * kMebibyte}},
       "stat_replication",
       judge_replay_bytes},
  };
}

}  // namespace pgwatch::health
