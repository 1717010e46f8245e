#include "exporter/engine/watch.h"

#include <algorithm>
#include <set>

#include "exporter/util/clock.h"

namespace pgwatch {

using std::chrono::seconds;

namespace {

std::vector<std::string> needs_of(const std::vector<InstrumentPtr>& instruments) {
  std::set<std::string> needs;
  for (const InstrumentPtr& instrument : instruments)
    needs.merge([&] {
      const auto list = needs_of(instrument->collector());
      return std::set<std::string>(list.begin(), list.end());
    }());
  return {needs.begin(), needs.end()};
}

std::shared_ptr<Occupancy> occupancy_of(const Target& target, const postgres::Conninfo& conninfo, const Site* before) {
  const bool same_server = before != nullptr && before->conninfo.endpoints() == conninfo.endpoints();
  if (!same_server) return std::make_shared<Occupancy>(target.access.connections);
  before->places().set_cap(target.access.connections);
  return before->occupancy;
}

}  // namespace

Watch::Watch(EngineServices services, const World& world, const TargetPtr& target, postgres::Conninfo conninfo,
             const Watch* before)
    : site_{std::move(services), target, std::move(conninfo), nullptr, {}, needs_of(target->instruments),
            world.turn_interval, {}},
      kept_(site_, {[this] { kept_changed(); },
                    [this](const QuestionPtr& question, Step step) { carry(question, std::move(step)); }}),
      visitor_(site_, {[this] { return kept_.introduced() ? kept_.link() : nullptr; },
                       [this](const QuestionPtr& question, Step step) { carry(question, std::move(step)); },
                       [this](const QuestionPtr&) { kept_.look_again(); }, [this] { visitor_closed(); }}) {
  site_.occupancy = occupancy_of(*target, site_.conninfo, before == nullptr ? nullptr : &before->site_);
  make_questions();
}

bool Watch::reaches(const Target& target, const postgres::Conninfo& conninfo) const {
  return site_.target->name == target.name && site_.target->access == target.access && site_.conninfo == conninfo;
}

void Watch::update(const World& world, TargetPtr target) {
  site_.target = std::move(target);
  site_.turn_interval = world.turn_interval;
  site_.needs = needs_of(site_.target->instruments);
  make_questions();
  kept_.set_needs(site_.needs);
  visitor_.consider();
}

// -- Questions --------------------------------------------------------------------------------------------------------

void Watch::make_questions() {
  const std::vector<QuestionPtr> before = std::exchange(site_.questions, {});
  databases_ = other_databases();
  const std::string& own = site_.conninfo.database();
  for (const InstrumentPtr& instrument : site_.target->instruments) {
    if (instrument->collector().scope == Scope::kServer) {
      add_question(instrument, "", before);
      continue;
    }
    if (site_.target->databases.takes(own)) add_question(instrument, own, before);
    for (const std::string& database : databases_) add_question(instrument, database, before);
  }
}

std::vector<std::string> Watch::other_databases() const {
  std::vector<std::string> others = kept_.databases();
  std::erase_if(others, [this](const std::string& database) {
    return database == site_.conninfo.database() || !site_.target->databases.takes(database);
  });
  return others;
}

void Watch::add_question(const InstrumentPtr& instrument, const std::string& database,
                         const std::vector<QuestionPtr>& before) {
  const Collector& collector = instrument->collector();
  auto question = std::make_shared<Question>();
  question->instrument = instrument;
  question->server = site_.target->name;
  question->database = database;
  question->labels = site_.target->label_text();
  if (!database.empty()) append_label(question->labels, "datname", database);
  question->keep = instrument->keep();
  const std::string& place = collector.database.empty() ? database : collector.database;
  if (place != site_.conninfo.database()) question->visit_database = place;
  const Milliseconds patience = site_.target->access.timeouts.slow_statement;
  question->timeout = collector.timeout.count() > 0 ? collector.timeout : patience;
  const bool is_timed = collector.lane == Lane::kSlow || collector.own_search_path || !collector.database.empty();
  if (is_timed) question->interval = collector.interval;
  if (collector.keep.count() == 0) question->keep = 3 * question->interval;
  if (question->takes_its_turn()) {
    question->interval = std::max(question->interval, site_.turn_interval);
    // With many databases it is the logins, one a second, that set the pace.
    const Milliseconds round = std::max<Milliseconds>(question->interval, seconds{databases_.size()});
    question->keep = std::max(question->keep, 3 * round);
  }
  const auto same = std::ranges::find_if(before, [&](const QuestionPtr& one) {
    return one->instrument->name() == instrument->name() && one->database == database;
  });
  if (same == before.end()) return site_.questions.push_back(std::move(question));
  (*same)->due = std::min((*same)->due, now() + question->interval);
  if ((*same)->labels == question->labels) {
    (*same)->take_over(*question);
    return site_.questions.push_back(*same);
  }
  // Answers under labels that are no more would be shown beside those of the new ones.
  question->memory = (*same)->memory;
  question->due = (*same)->due;
  site_.questions.push_back(std::move(question));
}

// -- Requests ---------------------------------------------------------------------------------------------------------

void Watch::attend(const AttendancePtr& attendance, const std::vector<std::string>& collectors) {
  for (const QuestionPtr& question : site_.questions)
    if (names(collectors, question->instrument->name())) attendance->questions.push_back(question);
  site_.last_scraped = now();
  kept_.attend(attendance);
  visitor_.consider();
}

void Watch::report(const Attendance& attendance, Snapshot& snapshot) const {
  snapshot.targets.push_back(attendance.status);
  report_answers(attendance, snapshot);
  const int busy = (kept_.busy() ? 1 : 0) + (visitor_.busy() ? 1 : 0);
  site_.services.telemetry.connections(
      site_.target->name, {site_.places().open_count(), busy, static_cast<int>(site_.places().abandoned_count())});
}

// -- Steps ------------------------------------------------------------------------------------------------------------

void Watch::kept_changed() {
  site_.services.attempted();
  if (other_databases() != databases_) make_questions();
  wake_questions();
  visitor_.consider();
}

void Watch::visitor_closed() {
  wake_questions();
  kept_.tend_places();
}

// What the server refused it may grant now, and what broke may hold: its extensions, its role or the connection are
// others. A visit under way still plans by what was before, so those it asks are woken after it.
void Watch::wake_questions() {
  if (visitor_.visiting() || !kept_.introduced() || kept_.link()->facts() == facts_) return;
  facts_ = kept_.link()->facts();
  for (const QuestionPtr& question : site_.questions) {
    const bool broke = question->latest && question->latest->reason == kConnection;
    const bool skipped = question->latest && question->latest->outcome == Outcome::kSkipped;
    if (!broke && !skipped && !question->rests(now())) continue;
    question->rests_until = {};
    question->due = now();
  }
}

void Watch::carry(const QuestionPtr& question, Step step) {
  if (const auto* statement = std::get_if<Statement>(&step)) {
    question->asking->carrier = Carrier::kVisitor;
    question->asking->sql = statement->sql;
    question->due = now();
    return visitor_.consider();
  }
  if (const auto* read = std::get_if<HostRead>(&step)) {
    question->asking->carrier = Carrier::kHost;
    const Timeouts& timeouts = site_.target->access.timeouts;
    const SteadyTime deadline = now() + (question->interval.count() > 0 ? question->timeout : timeouts.statement);
    const std::string subject = question->server + "/" + question->instrument->name();
    return site_.services.host.start(subject, *read, deadline,
                                     [watch = weak_from_this(), question](const Answer& answer) {
                                       if (const auto alive = watch.lock()) alive->host_answered(question, answer);
                                     });
  }
  answered(question);  // skipped
}

void Watch::host_answered(const QuestionPtr& question, const Answer& answer) {
  if (site_.services.desk.accept(*question, answer) == Desk::Progress::kAskAgain)
    return carry(question, site_.services.desk.again(*question));
  answered(question);
}

void Watch::answered(const QuestionPtr& question) {
  question->due = std::max(now() + question->interval, question->rests_until);
  kept_.look_again();
  visitor_.consider();
}

}  // namespace pgwatch
