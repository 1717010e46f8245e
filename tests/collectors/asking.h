// Asking: a collector asked as the engine asks it, step after step, of a server or of a recording.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "exporter/model/instrument.h"

namespace pgwatch::test {

struct Asked {
  struct Step {
    Memory memory;  // what the plan was made with
    std::string sql;
    Rows rows;
  };

  std::vector<Step> steps;
  std::optional<Skip> skip;  // why there was nothing to ask, or nothing more
  Samples samples;
};

// `answer` gives the rows of a statement; what it throws comes through. A collector that comes to no end throws
// std::logic_error. Where one goes on to read the host, no more is asked.
Asked ask(const Instrument& instrument, const Facts& facts, const std::function<Rows(const std::string& sql)>& answer);
Asked ask(const Collector& collector, const Facts& facts, const std::function<Rows(const std::string& sql)>& answer);

// The catalogue without those that read the host.
std::vector<Collector> collectors_of_servers();
// The same ones, made ready once: what asks all of them of every recording would else do little more.
const std::vector<InstrumentPtr>& instruments_of_servers();
// Those of it that speak of TimescaleDB.
std::vector<Collector> timescaledb_collectors();

}  // namespace pgwatch::test
