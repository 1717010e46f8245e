// Snapshot: what a request gets. A list of shared Blocks and, per target, whether it is there.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "exporter/model/block.h"
#include "exporter/model/facts.h"

namespace pgwatch {

struct TargetStatus {
  std::string server;
  std::string labels;  // exposition spelling
  bool up = false;     // a statement of a flight this request started or joined was answered by the deadline
  // Why it is down: dns, refused, timeout, tls, auth, no_database, too_many_connections, starting, stopping,
  // wrong_role, no_place, other.
  std::string reason;
  std::string detail;                  // a sentence, no secret
  std::string address;                 // where it was reached, or looked for
  std::shared_ptr<const Facts> facts;  // as last learned; null while not connected
};

// One question's answer. `latest` says how the asking went; `served` is the Block whose samples are shown: the same
// one, an older one still young enough to stand in, or none.
struct Answered {
  BlockPtr latest;
  BlockPtr served;
};

struct Snapshot {
  std::vector<TargetStatus> targets;
  std::vector<Answered> answers;
  SteadyTime asked_at;
  SteadyTime answered_at;
  std::vector<std::string> collectors = {};  // that were asked for; none named: all
};

}  // namespace pgwatch
