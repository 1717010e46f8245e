// Looking: what a collector of systemd says of a manager that a test made up.
#pragma once

#include <string>
#include <vector>

#include "exporter/model/collector.h"
#include "exporter/model/manager.h"

namespace pgwatch::test {

// Loaded and active, unless it says otherwise.
ManagedUnit managed(const std::string& name, Properties properties);
ManagerAnswer seen(std::vector<ManagedUnit> units, std::vector<ManagedUnit> others = {}, Properties manager = {});

// One after the other, each with what the one before remembered; an answer for each manager that is looked at.
class Looking {
 public:
  explicit Looking(Collector collector) : collector_(std::move(collector)) {}

  Answer answer(const std::vector<ManagerAnswer>& managers);
  // The lines of the page, without those that do not hold `part`.
  std::string lines(const std::vector<ManagerAnswer>& managers, const std::string& part = "");

 private:
  Collector collector_;
  Memory memory_;
};

}  // namespace pgwatch::test
