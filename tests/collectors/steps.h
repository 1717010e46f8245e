// Steps: a collector asked as the engine asks it, of a server that a test plays: it sees what is remembered and gives
// rows or a failure.
#pragma once

#include <functional>
#include <string>

#include "exporter/model/collector.h"

namespace pgwatch::test {

using Player = std::function<Answer(const Memory&)>;

struct Steps {
  std::string lines;  // of the page; "" where it failed
  Memory memory;      // without the options
  int count = 0;
  bool failed = false;
};

// `remembered` is what the last asking left behind; with it the options' values, by default the collector's own.
Steps take_steps(const Collector& collector, const Player& player, Memory remembered = {});

}  // namespace pgwatch::test
