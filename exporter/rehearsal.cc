#include "exporter/rehearsal.h"

#include <algorithm>
#include <charconv>
#include <future>
#include <thread>

#include "exporter/model/plan.h"
#include "exporter/version.h"

namespace pgwatch {
namespace {

// Between two looks at whether the databases of a server are known.
constexpr std::chrono::milliseconds kBetweenLooks{50};

constexpr const char* kPlan = "QUERY PLAN";  // the column of an EXPLAIN
constexpr const char* kCost = "cost";
constexpr const char* kRows = "rows";
constexpr const char* kWrites = "writes";

// What the plan's first node says; it comes before the nodes below it.
ReadCell number_after(std::string key) {
  return [key = std::move(key)](Cell cell) -> std::optional<Number> {
    const std::size_t at = cell ? cell->find(key) : std::string_view::npos;
    if (at == std::string_view::npos) return std::nullopt;
    double value = 0;
    const std::string_view text = cell->substr(at + key.size());
    if (std::from_chars(text.data(), text.data() + text.size(), value).ec != std::errc{}) return std::nullopt;
    return Number(value);
  };
}

// EXPLAIN lets pass what only then fails in a read-only transaction. Quotes within JSON's texts are escaped, so these
// are nodes.
std::optional<Number> writes(Cell cell) {
  const std::string_view plan = cell.value_or("");
  const bool changes = plan.find("\"Node Type\": \"ModifyTable\"") != std::string_view::npos;
  const bool locks = plan.find("\"Node Type\": \"LockRows\"") != std::string_view::npos;
  return Number(changes || locks ? 1.0 : 0.0);
}

Column told(const char* metric, ReadCell read) {
  Column column = gauge(kPlan, "Of the plan.").called(metric);
  column.read = std::move(read);
  return column;
}

// The same query, at the same places and with the same timeout, but explained.
Collector explained(Collector query) {
  const auto explain = [query](const Facts& facts, const Memory& memory) {
    Step step = plan(query, facts, memory);
    if (auto* statement = std::get_if<Statement>(&step)) statement->sql.insert(0, "EXPLAIN (FORMAT JSON) ");
    return step;
  };
  query.needs = needs_of(query);
  query.source = Planner(explain);
  query.columns = {told(kCost, number_after("\"Total Cost\": ")), told(kRows, number_after("\"Plan Rows\": ")),
                   told(kWrites, writes)};
  query.interval = std::chrono::hours{1};
  return query;
}

bool is_freshness(const Instrument& instrument) { return instrument.collector().kind == "freshness"; }

// Checks of freshness are bounded as they are, so they are asked, and not explained.
InstrumentPtr rehearsed(const InstrumentPtr& instrument) {
  if (is_freshness(*instrument)) return instrument;
  if (instrument->collector().origin.empty()) return nullptr;
  return std::make_shared<const Instrument>(explained(instrument->collector()));
}

WorldPtr queries_of(World world) {
  world.host_instruments.clear();
  world.told.clear();
  for (TargetPtr& target : world.targets) {
    Target own = *target;
    own.instruments.clear();
    for (const InstrumentPtr& one : target->instruments)
      if (InstrumentPtr own_one = rehearsed(one)) own.instruments.push_back(std::move(own_one));
    target = std::make_shared<const Target>(std::move(own));
  }
  return std::make_shared<const World>(std::move(world));
}

std::string value_of(const Block& block, std::string_view metric) {
  std::string text;
  for (const Family& family : block.samples.families())
    if (family.metric->name == metric) family.samples.front().value.append_to(text);
  return text;
}

bool would_write(const Block& block) { return value_of(block, kWrites) == "1"; }

bool is_refused(const Block& block) {
  return would_write(block) || block.outcome == Outcome::kFailed || block.reason == "permission" ||
         block.reason == "unsupported";
}

std::string said(const Block& block, const Instrument& instrument) {
  const std::string& origin = instrument.collector().origin;
  const std::string place = origin.empty() ? "" : " (" + origin + ")";
  if (would_write(block))
    return "changes or locks rows, and queries are asked read-only; write a SELECT that does neither" + place;
  if (is_refused(block)) return block.detail + place;
  if (block.outcome != Outcome::kOk) return "not asked here, " + block.reason + ": " + block.detail;
  if (is_freshness(instrument)) return "answered";
  return "cost " + value_of(block, kCost) + ", rows " + value_of(block, kRows);
}

const Instrument& instrument_of(const Target& target, const Block& block) {
  return **std::ranges::find(target.instruments, block.collector, [](const InstrumentPtr& one) { return one->name(); });
}

void tell(const Target& target, const Snapshot& snapshot, Rehearsal::Result& result) {
  for (const TargetStatus& status : snapshot.targets) {
    if (status.server != target.name || status.up) continue;
    result.report += target.name + ": down, " + status.reason + ": " + status.detail + "\n";
    result.is_well = false;
    return;
  }
  for (const Answered& answer : snapshot.answers) {
    const Block& block = *answer.latest;
    if (block.server != target.name) continue;
    const std::string database = block.database.empty() ? "" : "/" + block.database;
    result.report +=
        target.name + database + ": " + block.collector + ": " + said(block, instrument_of(target, block)) + "\n";
    result.is_well = result.is_well && !is_refused(block);
  }
}

}  // namespace

Rehearsal::Rehearsal(const config::Config& config)
    : world_(queries_of(config.world)), telemetry_(kVersion), engine_(world_, telemetry_) {}

// Which databases a server has shows with its first answers; then all of them are waited for.
Rehearsal::Result Rehearsal::run(SteadyTime deadline) {
  Snapshot snapshot = ask(deadline);
  while (!has_first_answers(snapshot) && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(kBetweenLooks);
    snapshot = ask(deadline);
  }
  snapshot = ask(deadline);
  Result result;
  for (const TargetPtr& target : world_->targets) tell(*target, snapshot, result);
  return result;
}

Snapshot Rehearsal::ask(SteadyTime deadline) {
  std::vector<std::string> names;
  for (const TargetPtr& target : world_->targets)
    for (const InstrumentPtr& one : target->instruments) names.push_back(one->name());
  std::promise<Snapshot> promise;
  engine_.ask({.collectors = {}, .targets = {}, .awaited = names, .deadline = deadline},
              [&promise](Snapshot snapshot) { promise.set_value(std::move(snapshot)); });
  return promise.get_future().get();
}

bool Rehearsal::has_first_answers(const Snapshot& snapshot) const {
  return std::ranges::all_of(world_->targets, [&](const TargetPtr& target) {
    const auto status = std::ranges::find(snapshot.targets, target->name, &TargetStatus::server);
    if (status != snapshot.targets.end() && !status->up) return true;
    return std::ranges::all_of(target->instruments, [&](const InstrumentPtr& one) {
      return std::ranges::any_of(snapshot.answers, [&](const Answered& answer) {
        return answer.latest->server == target->name && answer.latest->collector == one->name();
      });
    });
  });
}

bool Rehearsal::stop() {
  engine_.stop();
  return !engine_.left_threads_behind();
}

}  // namespace pgwatch
