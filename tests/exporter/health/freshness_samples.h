// A check of freshness, what its collector answered, and days at the exchange to judge it by.
#pragma once

#include <initializer_list>
#include <string>
#include <vector>

#include "exporter/model/calendar.h"
#include "exporter/model/freshness.h"
#include "tests/exporter/health/examination.h"

namespace pgwatch::health {

// One sample: pgwatch_freshness_NAME{check="bars",…}.
struct Told {
  std::string name;
  double value = 0;
  std::vector<std::pair<std::string, std::string>> labels = {};
};

// "bars": it warns after 2 minutes and is critical after 10.
FreshnessCheck bars();

// "2023-11-20 14:30", in UTC, as a Unix time.
double utc(const std::string& text);

// 2023-11-16 to 2023-11-28 in New York, 9:30 to 16:00: a weekend, Thanksgiving on Thursday the 23rd, and the half day
// after it, which closes at 13:00. New York is 5 hours behind UTC.
CalendarPtr new_york();
// The same days in Tokyo, 9:00 to 15:00, where the 23rd is a holiday, too. Tokyo is 9 hours ahead.
CalendarPtr tokyo();

Answered answered(const FreshnessCheck& check, const std::vector<Told>& samples);
Answered not_answered(const FreshnessCheck& check, Outcome outcome, const std::string& reason,
                      const std::string& detail);

// A server that has the check.
Examination examination(const FreshnessCheck& check, double now = kNow);

// What is said of the check where these samples have come.
std::vector<std::string> said(const FreshnessCheck& check, const std::vector<Told>& samples, double now = kNow);

}  // namespace pgwatch::health
