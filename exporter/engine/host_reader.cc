#include "exporter/engine/host_reader.h"

#include <algorithm>
#include <exception>
#include <map>
#include <vector>

namespace pgwatch {
namespace {

constexpr const char* kOurFault = "host";  // the class of what a collector's own code throws

// What others said is told in time where one manager says nothing.
constexpr std::chrono::milliseconds kToTell{200};

SteadyTime before(SteadyTime deadline) {
  const auto left = deadline - std::chrono::steady_clock::now();
  return deadline - std::min<SteadyTime::duration>(kToTell, left / 2);
}

Answer run(const std::function<Answer()>& job) {
  try {
    return job();
  } catch (const std::exception& error) {
    return Failure{kOurFault, error.what()};
  }
}

}  // namespace

// One read under way: the Host its collector sees.
class HostReader::Reading : public Host {
 public:
  Reading(HostReader& reader, std::uint64_t id, std::string subject, SteadyTime deadline, HostDone done)
      : reader_(reader),
        id_(id),
        subject_(std::move(subject)),
        deadline_(deadline),
        done_(std::move(done)),
        alarm_(reader.loop_),
        looks_end_(reader.loop_) {
    alarm_.at(deadline, [this] { reader_.finish(id_, Failure{kTimeout, "the host did not answer in time"}); });
    end_looks(deadline);
  }

  const std::string& subject() const { return subject_; }
  const HostDone& done() const { return done_; }

  // Looks at managers that are under way shortly before then have failed.
  void end_looks(SteadyTime deadline) {
    if (looks_deadline_ <= deadline) return;
    looks_deadline_ = deadline;
    looks_end_.at(before(deadline), [this] {
      while (!looks_.empty()) end_look(looks_.begin()->first, Failure{kTimeout, "the manager did not answer in time"});
    });
  }

  void read_files(std::function<Answer()> job, HostDone done) override {
    const auto answer = std::make_shared<Answer>();
    calls_.push_back(reader_.blocking_.call(
        BlockingKind::kFiles, subject_, deadline_, [answer, job = std::move(job)] { *answer = run(job); },
        [answer, done = std::move(done)](Blocking::Result result) {
          if (result == Blocking::Result::kRan) done(std::move(*answer));  // dropped: the alarm speaks
        }));
  }

  // It answers whoever is still there.
  void look_at_manager(const ManagerName& manager, const UnitChoicePtr& choice, Looked done) override {
    const std::size_t number = ++last_look_;
    looks_[number] = std::move(done);
    reader_.managers_.look(manager, choice, [here = std::weak_ptr(here_), this, number](const ManagerAnswer& answer) {
      if (here.lock()) end_look(number, answer);
    });
  }

 private:
  void end_look(std::size_t number, const ManagerAnswer& answer) {
    const auto look = looks_.extract(number);
    try {
      if (look) look.mapped()(answer);
    } catch (const std::exception& error) {
      reader_.answer(id_, Failure{kOurFault, error.what()});
    }
  }

  HostReader& reader_;
  const std::uint64_t id_;
  const std::string subject_;
  const SteadyTime deadline_;
  const HostDone done_;
  Timer alarm_;
  Timer looks_end_;
  SteadyTime looks_deadline_ = SteadyTime::max();
  std::size_t last_look_ = 0;
  std::map<std::size_t, Looked> looks_;  // under way
  std::vector<Blocking::Call> calls_;
  const std::shared_ptr<bool> here_ = std::make_shared<bool>();
};

HostReader::HostReader(Loop& loop, Blocking& blocking, Managers& managers)
    : loop_(loop), blocking_(blocking), managers_(managers) {}
HostReader::~HostReader() = default;

void HostReader::start(const std::string& subject, const HostRead& read, SteadyTime deadline, HostDone done) {
  const std::uint64_t id = ++last_id_;
  auto reading = std::make_unique<Reading>(*this, id, subject, deadline, std::move(done));
  Reading& host = *(readings_[id] = std::move(reading));
  try {
    read(host, [this, id](const Answer& answer) { this->answer(id, answer); });
  } catch (const std::exception& error) {
    answer(id, Failure{kOurFault, error.what()});
  }
}

void HostReader::answer(std::uint64_t id, const Answer& answer) {
  loop_.post([this, id, answer] { finish(id, answer); });
}

void HostReader::end_looks(const std::string& subject, SteadyTime deadline) {
  for (const auto& [id, reading] : readings_)
    if (reading->subject() == subject) reading->end_looks(deadline);
}

void HostReader::finish(std::uint64_t id, const Answer& answer) {
  const auto reading = readings_.extract(id);
  if (reading) reading.mapped()->done()(answer);
}

}  // namespace pgwatch
