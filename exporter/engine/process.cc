#include "exporter/engine/process.h"

#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <string>
#include <system_error>

#include "exporter/util/file.h"

namespace pgwatch {
namespace {

// Fields of /proc/self/stat after the command in parentheses, counted from the state.
enum StatField : std::size_t {
  kUserTicks = 11,
  kSystemTicks = 12,
  kThreads = 17,
  kStartTicks = 19,
  kVirtual = 20,
  kResident = 21
};

std::vector<std::string> read_stat() {
  const std::string text = read_file("/proc/self/stat");
  std::istringstream rest(text.substr(text.rfind(')') + 1));
  return {std::istream_iterator<std::string>(rest), {}};
}

double boot_time() {
  std::ifstream file("/proc/stat");
  for (std::string word; file >> word;)
    if (double seconds = 0; word == "btime" && file >> seconds) return seconds;
  return 0;
}

std::optional<Number> open_files() {
  std::error_code error;
  const std::filesystem::directory_iterator entries("/proc/self/fd", error);
  if (error) return std::nullopt;
  return std::distance(begin(entries), end(entries)) - 1;  // less the one that reads
}

std::optional<Number> most(decltype(RLIMIT_AS) resource) {
  rlimit limit{};
  if (getrlimit(resource, &limit) != 0) return std::nullopt;
  return std::uint64_t{limit.rlim_cur};
}

// Read once per page, whoever asks for which field.
struct Reading {
  std::vector<std::string> stat = read_stat();
  double ticks = static_cast<double>(sysconf(_SC_CLK_TCK));

  std::optional<std::int64_t> field(StatField index) const {
    if (stat.size() <= index) return std::nullopt;
    return std::stoll(stat[index]);
  }
  std::optional<Number> cpu() const {
    if (!field(kUserTicks)) return std::nullopt;
    return static_cast<double>(*field(kUserTicks) + *field(kSystemTicks)) / ticks;
  }
  std::optional<Number> start() const {
    static const double booted = boot_time();
    if (!field(kStartTicks)) return std::nullopt;
    return booted + static_cast<double>(*field(kStartTicks)) / ticks;
  }
  std::optional<Number> resident() const {
    if (!field(kResident)) return std::nullopt;
    return *field(kResident) * sysconf(_SC_PAGESIZE);
  }
};

struct ProcessMetric {
  Metric metric;
  std::optional<Number> (*value)(const Reading&);
};

std::vector<ProcessMetric> all() {
  return {
      {{"process_cpu_seconds_total", "CPU time spent, user and system.", Kind::kCounter},
       [](const Reading& reading) { return reading.cpu(); }},
      {{"process_start_time_seconds", "When the process started, as a Unix time.", Kind::kGauge},
       [](const Reading& reading) { return reading.start(); }},
      {{"process_threads", "Threads of the process.", Kind::kGauge},
       [](const Reading& reading) -> std::optional<Number> { return reading.field(kThreads); }},
      {{"process_virtual_memory_bytes", "Virtual memory.", Kind::kGauge},
       [](const Reading& reading) -> std::optional<Number> { return reading.field(kVirtual); }},
      {{"process_virtual_memory_max_bytes",
        "Most virtual memory the process may have; 2^64 - 1 where there is no limit.", Kind::kGauge},
       [](const Reading&) { return most(RLIMIT_AS); }},
      {{"process_resident_memory_bytes", "Resident memory.", Kind::kGauge},
       [](const Reading& reading) { return reading.resident(); }},
      {{"process_open_fds", "Open file descriptors.", Kind::kGauge}, [](const Reading&) { return open_files(); }},
      {{"process_max_fds", "Most file descriptors the process may open.", Kind::kGauge},
       [](const Reading&) { return most(RLIMIT_NOFILE); }},
  };
}

}  // namespace

BlockPtr report_on_process() {
  const Reading reading;
  Sink sink;
  for (ProcessMetric& one : all())
    if (const auto value = one.value(reading)) sink.sample(std::move(one.metric), {}, *value);
  auto block = std::make_shared<Block>();
  block->collector = "process";
  block->samples = sink.take_samples();
  return block;
}

std::vector<OwnMetric> process_metrics() {
  std::vector<OwnMetric> metrics;
  for (ProcessMetric& one : all()) metrics.push_back({std::move(one.metric), {}});
  return metrics;
}

}  // namespace pgwatch
