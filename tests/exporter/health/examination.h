// What a server answered, made of its collectors' rows, and what the checks say of it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "exporter/health/examine.h"
#include "exporter/model/instrument.h"
#include "tests/collectors/answer.h"

namespace pgwatch::health {

// 2023-11-14 22:13:20 UTC, when all of this is judged.
inline constexpr double kNow = 1'700'000'000;

Answered answered(const Collector& collector, const std::vector<test::Row>& rows);
Answered not_answered(const Collector& collector, Outcome outcome, const std::string& reason,
                      const std::string& detail);

// One server, "main", that is up and has said nothing yet.
struct Examination {
  Target target;
  TargetStatus status;
  std::vector<Answered> answers;
  std::vector<std::string> patterns;
  double now = kNow;

  Examination();
  void is_down(const std::string& reason, const std::string& detail);
  World world() const;
  Snapshot snapshot() const;
  std::vector<Verdict> verdicts() const;
  std::vector<Verdict> of(std::string_view check) const;
};

// "critical: down, refused", or "critical slot: …" of a verdict with a subject.
std::string told(const Verdict& verdict);
std::vector<std::string> told(const std::vector<Verdict>& verdicts);

// What one check says of one answer.
std::vector<Verdict> judged(std::string_view check, const Collector& collector, const std::vector<test::Row>& rows,
                            std::optional<Threshold> threshold = {});

}  // namespace pgwatch::health
