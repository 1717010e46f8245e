#include "exporter/engine/host_reader.h"

#include <exception>
#include <vector>

namespace pgwatch {
namespace {

Answer run(const std::function<Answer()>& job) {
  try {
    return job();
  } catch (const std::exception& error) {
    return Failure{"host", error.what()};
  }
}

}  // namespace

// One read under way: the Host its collector sees.
class HostReader::Reading : public Host {
 public:
  Reading(HostReader& reader, std::uint64_t id, std::string subject, SteadyTime deadline, HostDone done)
      : reader_(reader),
        subject_(std::move(subject)),
        deadline_(deadline),
        done_(std::move(done)),
        alarm_(reader.loop_) {
    alarm_.at(deadline, [&reader, id] { reader.finish(id, Failure{kTimeout, "the host did not answer in time"}); });
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
    reader_.managers_.look(manager, choice, [here = std::weak_ptr(here_), done = std::move(done)](const auto& answer) {
      if (here.lock()) done(answer);
    });
  }

  const HostDone& done() const { return done_; }

 private:
  HostReader& reader_;
  const std::string subject_;
  const SteadyTime deadline_;
  const HostDone done_;
  Timer alarm_;
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
  // A read may answer at once; its collector must not hear of it before it has started.
  const HostDone answered = [this, id](const Answer& answer) {
    loop_.post([this, id, answer] { finish(id, answer); });
  };
  try {
    read(host, answered);
  } catch (const std::exception& error) {
    answered(Failure{"host", error.what()});
  }
}

void HostReader::finish(std::uint64_t id, const Answer& answer) {
  const auto reading = readings_.extract(id);
  if (reading) reading.mapped()->done()(answer);
}

}  // namespace pgwatch
