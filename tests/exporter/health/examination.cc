#include "tests/exporter/health/examination.h"

#include <utility>

namespace pgwatch::health {
namespace {

constexpr const char* kServer = "main";

std::shared_ptr<Block> block_of(const Collector& collector) {
  auto block = std::make_shared<Block>();
  block->collector = collector.name;
  block->server = kServer;
  block->duration = std::chrono::milliseconds(3);
  return block;
}

}  // namespace

Answered answered(const Collector& collector, const std::vector<test::Row>& rows) {
  const Instrument instrument(collector);
  Sink sink(instrument.metrics());
  instrument.emit(test::answer(collector, rows), sink);
  const auto block = block_of(collector);
  block->samples = sink.take_samples();
  return {block, block};
}

Answered not_answered(const Collector& collector, Outcome outcome, const std::string& reason,
                      const std::string& detail) {
  const auto block = block_of(collector);
  block->outcome = outcome;
  block->reason = reason;
  block->detail = detail;
  return {block, nullptr};
}

Examination::Examination() {
  target.name = kServer;
  status.server = kServer;
  status.up = true;
  status.address = "127.0.0.1:5432";
}

void Examination::is_down(const std::string& reason, const std::string& detail) {
  status.up = false;
  status.reason = reason;
  status.detail = detail;
}

World Examination::world() const {
  World world;
  world.targets = {std::make_shared<const Target>(target)};
  return world;
}

Snapshot Examination::snapshot() const {
  Snapshot snapshot;
  snapshot.targets = {status};
  snapshot.answers = answers;
  snapshot.answered_at = snapshot.asked_at + std::chrono::milliseconds(1'500);
  return snapshot;
}

std::vector<Verdict> Examination::verdicts() const {
  return examine(world(), snapshot(), checks_for(world()), Selection(patterns), now);
}

std::vector<Verdict> Examination::of(std::string_view check) const {
  std::vector<Verdict> found = verdicts();
  std::erase_if(found, [&](const Verdict& verdict) { return verdict.check != check; });
  return found;
}

std::string told(const Verdict& verdict) {
  const std::string subject = verdict.subject.empty() ? "" : " " + verdict.subject;
  return std::string(to_string(verdict.status)) + subject + ": " + verdict.summary;
}

std::vector<std::string> told(const std::vector<Verdict>& verdicts) {
  std::vector<std::string> all;
  for (const Verdict& verdict : verdicts) all.push_back(told(verdict));
  return all;
}

std::vector<Verdict> judged(std::string_view check, const Collector& collector, const std::vector<test::Row>& rows,
                            std::optional<Threshold> threshold) {
  Examination examination;
  if (threshold) examination.target.checks[std::string(check)] = {true, *threshold};
  examination.answers = {answered(collector, rows)};
  return examination.of(check);
}

}  // namespace pgwatch::health
