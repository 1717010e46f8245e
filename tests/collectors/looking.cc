#include "tests/collectors/looking.h"

#include <sstream>
#include <stdexcept>
#include <utility>

#include "exporter/host/host.h"
#include "exporter/model/instrument.h"
#include "exporter/model/plan.h"
#include "tests/exporter/model/emitted.h"

namespace pgwatch::test {
namespace {

// Answers at once.
class MadeUpHost : public Host {
 public:
  explicit MadeUpHost(const std::vector<ManagerAnswer>& managers) : managers_(managers) {}

  void read_files(std::function<Answer()> job, HostDone done) override { done(job()); }
  void look_at_manager(const ManagerName&, const UnitChoicePtr&, Looked done) override { done(managers_.at(next_++)); }

 private:
  const std::vector<ManagerAnswer>& managers_;
  std::size_t next_ = 0;
};

}  // namespace

ManagedUnit managed(const std::string& name, Properties properties) {
  properties.try_emplace("LoadState", "loaded");
  properties.try_emplace("ActiveState", "active");
  return {name, std::move(properties)};
}

ManagerAnswer seen(std::vector<ManagedUnit> units, std::vector<ManagedUnit> others, Properties manager) {
  return std::make_shared<const ManagerView>(
      ManagerView{.manager = std::move(manager), .units = std::move(units), .others = std::move(others)});
}

Answer Looking::answer(const std::vector<ManagerAnswer>& managers) {
  MadeUpHost host(managers);
  const Step step = plan(collector_, {}, memory_);
  Answer answer = Failure{"none", "it has not answered"};
  std::get<HostRead>(step)(host, [&answer](Answer said) { answer = std::move(said); });
  return answer;
}

std::string Looking::lines(const std::vector<ManagerAnswer>& managers, const std::string& part) {
  const Answer said = answer(managers);
  if (const auto* failure = std::get_if<Failure>(&said)) throw std::runtime_error(failure->message);
  const Instrument instrument(collector_);
  Sink sink(instrument.metrics(), memory_);
  instrument.emit(std::get<Rows>(said), sink);
  memory_ = sink.memory();
  std::istringstream all(sample_lines(sink.take_samples()));
  std::string lines;
  for (std::string line; std::getline(all, line);)
    if (line.find(part) != std::string::npos) lines += line + "\n";
  return lines;
}

}  // namespace pgwatch::test
