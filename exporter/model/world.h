// World: everything the program was told. Made whole from the configuration, swapped whole on reload, never changed.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "exporter/model/backup.h"
#include "exporter/model/block.h"
#include "exporter/model/freshness.h"
#include "exporter/model/instrument.h"
#include "exporter/model/secret.h"
#include "exporter/model/threshold.h"

namespace pgwatch {

using Milliseconds = std::chrono::milliseconds;

enum class Role { kAny, kPrimary, kStandby };

std::string_view to_string(Role role);

struct Timeouts {
  Milliseconds connect{3'000};
  Milliseconds statement{5'000};        // fast lane
  Milliseconds slow_statement{30'000};  // slow lane, other databases, user queries

  friend bool operator==(const Timeouts&, const Timeouts&) = default;
};

// Whether a shell pattern (* and ?) takes the whole text.
bool matches(std::string_view pattern, std::string_view text);

// Shell patterns. A database is visited if it matches an include and no exclude.
struct DatabaseFilter {
  std::vector<std::string> include = {"*"};
  std::vector<std::string> exclude = {};

  bool takes(std::string_view database) const;
  friend bool operator==(const DatabaseFilter&, const DatabaseFilter&) = default;
};

// What it takes to reach a server. Equal accesses may share a connection's life across a reload.
struct Access {
  Secret conninfo;            // libpq connection string or URI, as configured; "" means libpq's environment
  std::string password_file;  // read again at each connect; "" for none
  bool pooler = false;        // a transaction pooler stands between: nothing is SET on the session
  int connections = 3;        // hard cap: kept, visitor, reserve
  Timeouts timeouts;

  friend bool operator==(const Access&, const Access&) = default;
};

struct Target {
  std::string name;  // unique; the label `server`
  Role role = Role::kAny;
  std::vector<std::pair<std::string, std::string>> labels;  // cluster and whatever else is configured
  Access access;
  DatabaseFilter databases;
  std::vector<InstrumentPtr> instruments;  // scopes kServer and kDatabase
  CheckSettings checks;
  std::vector<FreshnessCheckPtr> freshness = {};  // those made here; each has its instrument above

  std::string label_text() const;  // server="…" and the labels, in exposition spelling
};

using TargetPtr = std::shared_ptr<const Target>;

struct World {
  std::vector<TargetPtr> targets;
  std::vector<InstrumentPtr> host_instruments;  // scope kHost
  std::vector<BackupPtr> backups;               // each has its instrument among these
  Milliseconds turn_interval{60'000};           // another database is visited at most this often
  Milliseconds scrape_timeout{10'000};          // where a request names none
  std::vector<std::string> collector_names;     // all that exist, for messages
  std::vector<BlockPtr> told;                   // samples that say how it is configured
};

using WorldPtr = std::shared_ptr<const World>;

}  // namespace pgwatch
