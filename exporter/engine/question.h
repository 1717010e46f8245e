// Question: one collector asked of one target in one database, and all that is known of it.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "exporter/model/snapshot.h"
#include "exporter/model/world.h"

namespace pgwatch {

using FactsPtr = std::shared_ptr<const Facts>;

enum class Carrier { kKept, kVisitor, kHost };

struct Question {
  InstrumentPtr instrument;
  std::string server;          // "" for the host
  std::string database;        // "" unless it is asked per database
  std::string labels;          // of its Blocks
  std::string visit_database;  // where the visitor has to go; "" is the target's own
  Milliseconds timeout{0};     // of a statement on the visitor

  SteadyTime due;          // when the engine's own timer asks next
  Memory memory;           // what the next asking begins with
  BlockPtr latest;         // how the last asking ended
  BlockPtr last_good;      // the last with samples
  std::string failing;     // class of the failure last logged, "" while well
  SteadyTime rests_until;  // the server has refused: asked again from then on, or when its facts change

  // The asking under way. It keeps the instrument it began with, whatever a reload does meanwhile.
  struct Asking {
    Asking(const Question& question, FactsPtr known);
    InstrumentPtr instrument;
    FactsPtr facts;
    Sink sink;
    int steps = 0;
    SteadyTime asked_at;
    Carrier carrier = Carrier::kKept;
    std::string sql;  // of the step the visitor is to carry
  };
  std::unique_ptr<Asking> asking;

  // The plan of a first step, kept while the facts stay the same and nothing is remembered.
  std::optional<Step> planned;
  FactsPtr planned_for;

  Milliseconds keep{0};      // how long an answer may stand in
  Milliseconds interval{0};  // of the engine's own timer; 0: asked by requests alone

  // One of all databases, and not one that its collector names.
  bool takes_its_turn() const { return !visit_database.empty() && collector().database.empty(); }
  // Asked by the engine's own timer, or grown into more than one step: no request waits for it.
  bool in_background() const { return interval.count() > 0 || (asking && asking->carrier == Carrier::kVisitor); }
  bool rests(SteadyTime moment) const { return moment < rests_until; }
  const Collector& collector() const { return instrument->collector(); }
  // What a reload changed. An asking under way, what is remembered and what was answered stay.
  void take_over(const Question& changed);
};

using QuestionPtr = std::shared_ptr<Question>;

}  // namespace pgwatch
