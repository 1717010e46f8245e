// DeskTest: a Desk with nobody to carry its steps.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "exporter/engine/desk.h"
#include "exporter/engine/telemetry.h"
#include "tests/exporter/engine/toy.h"
#include "tests/support/exposition.h"

namespace pgwatch::test {

class DeskTest : public testing::Test {
 protected:
  DeskTest() { telemetry_.add_target("main"); }

  static FactsPtr facts_of(int version) {
    auto facts = std::make_shared<Facts>();
    facts->version = version;
    return facts;
  }

  // What begin() would send.
  std::string begin(Question& question) { return text_of(desk_.begin(question, facts_)); }

  static std::string text_of(const Step& step) {
    if (const auto* statement = std::get_if<Statement>(&step)) return statement->sql;
    const auto* skip = std::get_if<Skip>(&step);
    return skip == nullptr ? "host read" : "skip: " + skip->reason;
  }

  std::optional<double> counted(const std::string& metric, const Labels& labels = {}) const {
    return Exposition(write_exposition(std::vector{telemetry_.block()}).text).value(metric, labels);
  }

  Telemetry telemetry_{"test"};
  Desk desk_{telemetry_};
  FactsPtr facts_ = facts_of(150000);
};

}  // namespace pgwatch::test
