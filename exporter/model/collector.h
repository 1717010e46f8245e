// Collector: what to read and what each column of the answer means.
//
// A value, not a class: built-in collectors and user query files both produce one, and every metric is known before
// anything runs. The engine does the rest: timing, deadlines, caching, success, logging.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "exporter/model/facts.h"
#include "exporter/model/failure.h"
#include "exporter/model/samples.h"
#include "exporter/model/threshold.h"

namespace pgwatch {

class Host;  // exporter/host/host.h

// -- Columns ----------------------------------------------------------------------------------------------------------

enum class Use {
  kLabel,      // labels every metric of the row, or those that name it with by()
  kGauge,      // a metric; NULL gives no sample
  kCounter,    // the same, typed counter
  kUntyped,    // the same, typed untyped
  kState,      // one 0/1 series per state, labelled with the state; a state not listed gets a series of its own
  kHistogram,  // arrays: NAME the upper bounds, NAME_bucket the cumulative counts; scalars NAME_sum and NAME_count
  kRemember,   // of the first row, into the memory: the next statement has it as :'name'; NULL is forgotten
  kDiscard,    // read, not shown
};

// What a cell says where that is not simply a number: one that is to be scaled, a time, a NULL that has a meaning.
// Pure.
using ReadCell = std::function<std::optional<Number>(Cell)>;

struct Column {
  Use use = Use::kDiscard;
  std::string name;       // of the result column
  std::string help = {};  // every metric has one
  std::vector<std::string> states = {};
  std::string metric = {};                                      // full metric name; default PREFIX_NAME
  std::vector<std::pair<std::string, std::string>> fixed = {};  // labels with a fixed value
  std::vector<std::string> labels = {};                         // label columns it carries; none named: all
  bool bare = false;         // carries none: it speaks of the whole answer, in its first row
  int first_major = 0;       // the PostgreSQL it came with; 0: older than all we support
  int last_major = 0;        // the last PostgreSQL that had it; 0: the newest has it
  ReadCell read = {};        // of one number per row; none: Number::parse, and NULL gives no sample
  Threshold threshold = {};  // makes a check of it, COLLECTOR_NAME

  // These read well in a table: gauge("write_lag", "…").called("pg_x_seconds").with("stage", "write")
  Column called(std::string_view full_name) &&;  // columns may share a metric if kind and help agree
  Column with(std::string_view label, std::string_view value) &&;
  Column by(std::vector<std::string> label_columns) &&;
  Column unlabelled() &&;
  Column since(int major) &&;
  Column until(int major) &&;
};

Column label(std::string_view name);
Column gauge(std::string_view name, std::string_view help);
Column counter(std::string_view name, std::string_view help);
Column untyped(std::string_view name, std::string_view help);
Column state(std::string_view name, std::string_view help, std::vector<std::string> states);
Column histogram(std::string_view name, std::string_view help);
Column remember(std::string_view name);
Column discard(std::string_view name);

// -- Sources ----------------------------------------------------------------------------------------------------------

// One SELECT. Comments choose by what the server has, so the text runs as it stands on the newest server:
//   /*if pg_replication_slots.invalidation_reason*/ s.invalidation_reason /*else NULL*/
// keeps the first expression where the need is present and the second where it is not. A need is relation.column,
// schema.relation.column (a relation alone is in pg_catalog), function() or schema.function().
// What the collector remembers is written :'key' and becomes a quoted literal.
struct Sql {
  std::string text;
  int since = 0;                         // lowest server_version_num it is valid for
  int before = 0;                        // the first server_version_num it is no longer valid for; 0: none
  std::vector<std::string> needs = {};   // all of these must be present
  std::string remembered = {};           // this key must be remembered
  std::optional<bool> in_recovery = {};  // whether the server must be a standby; none: either will do
};

// An asynchronous read of the host: starts it and returns; done is called once, later, on the engine's thread.
using HostDone = std::function<void(Answer)>;
using HostRead = std::function<void(Host&, HostDone)>;

// What a plan yields: a statement to run, a host read, or why there is nothing to ask here.
struct Statement {
  std::string sql;
};
struct Skip {
  // A label's value: "extension", "version", "role", "permission", "unsupported", "remote", "container", "hidden".
  std::string reason;
  std::string detail = {};  // a sentence, with the cure
};
using Step = std::variant<Statement, HostRead, Skip>;

// For what a list of variants cannot say. Pure: the same facts and memory give the same step.
using Planner = std::function<Step(const Facts&, const Memory&)>;

using Source = std::variant<std::vector<Sql>, HostRead, Planner>;  // variants: the first that fits is taken

// Replaces the columns' meaning where they cannot say it. Metrics are still declared as columns.
using Emit = std::function<void(const Rows&, Sink&)>;

// Looks at a failure before it counts: true, with something remembered and ask_again() said, means another step.
using Recover = std::function<bool(const Failure&, Sink&)>;

// -- What may be set, and what it costs
// --------------------------------------------------------------------------------

// A number that the configuration may set, as collectors: {stat_statements: {top: 50}}. A statement has it as :'top';
// a planner and an emit function find it in the memory.
struct Option {
  std::string name;
  std::string help;  // a sentence
  int value = 0;     // by default
  int least = 0;
  int most = 1'000'000;
  bool of_target = false;  // the target says it, under that name, and not the collector's settings

  friend bool operator==(const Option&, const Option&) = default;
};

// What one asking costs the server with the options' defaults, while nobody's lock is in its way: its statements, and
// at most the pages of 8 KiB that these touch once the server's caches are warm. tests/integration/costs_test.cc
// measures it.
struct Cost {
  int pages = 0;        // in any case
  int more = 0;         // and for each
  std::string of = {};  // of these: "table", "database", "session", …
  int batch = 0;        // beyond the first statement one more for each so many of these; 0: none
};

// -- The collector ----------------------------------------------------------------------------------------------------

// Asked once, per server, or per database (which adds the label datname).
enum class Scope { kHost, kServer, kDatabase };
// With each scrape, or by the engine's own timer.
enum class Lane { kFast, kSlow };

struct Collector {
  std::string name = {};  // config key, label `collector`
  std::string help = {};  // one sentence
  std::string kind = {};  // collectors of one kind, as "freshness", may share metrics that agree; "": of its own
  Scope scope = Scope::kServer;
  std::string database = {};   // of scope kServer: where it is asked, on the visitor; "": in the target's own
  bool enabled = true;         // by default; the configuration may say otherwise
  std::string extension = {};  // skipped, with that reason, where it is not installed
  Lane lane = Lane::kFast;
  std::chrono::milliseconds interval{std::chrono::minutes{5}};  // slow lane: time between two askings
  std::chrono::milliseconds keep{0};     // how long an answer may be served again; 0 on the slow lane: three intervals
  std::chrono::milliseconds timeout{0};  // of a statement on the visitor; 0: the target's slow_statement
  bool own_search_path = false;          // user queries: the role's own search_path, unprepared, on the visitor
  std::string prefix = {};               // of its metrics; default pg_NAME
  std::vector<std::string> needs = {};   // that only a planner asks facts for; those in Sql are found by themselves
  Source source = {};
  std::vector<Column> columns = {};
  std::vector<Metric> patterns = {};  // families named by data, NAME ending in *: pg_settings_*
  Emit emit = {};
  Recover recover = {};
  std::vector<Option> options = {};
  Cost cost = {};
  std::string role = {};            // of kPredefinedRoles: without its rights a server hides values and does not say so
  std::string partly = {};          // of the same: without its rights a part of the answer is hidden
  std::string privilege = {};       // what else it takes of pg_monitor, "EXECUTE ON FUNCTION f()": refused without
  int most_steps = 8;               // of one asking
  std::size_t max_series = 10'000;  // of a family, per answer and per target; what is over is counted
  std::vector<std::string> servers = {};  // patterns of the targets it is asked of; none: all
  std::string origin = {};                // of a query that a user wrote: file:line:column
  bool needs_its_columns = false;         // without an emit: an answer that lacks one of them is a failure
};

std::string_view to_string(Scope scope);
std::string_view to_string(Lane lane);

// What was remembered, and the options.
Memory with_options(const Collector& collector, Memory memory);
Memory without_options(const Collector& collector, Memory memory);

// The check that a column with a threshold makes, and the metric it judges.
struct ColumnCheck {
  CheckInfo info;
  std::string metric;
};
std::vector<ColumnCheck> column_checks(const Collector& collector);

// All needs it names, in its lists and in its texts; sorted, once each.
std::vector<std::string> needs_of(const Collector& collector);

}  // namespace pgwatch
