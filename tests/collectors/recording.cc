#include "tests/collectors/recording.h"

#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "tests/support/majors.h"

namespace pgwatch::test {
namespace {

namespace fs = std::filesystem;

constexpr const char* kRecordCommand = "PGWATCH_RECORD=1 build/dev/integration_tests --gtest_filter='Answers.*'";

std::string path_of(const RecordedServer& server, const std::string& name) {
  return "tests/fixtures/pg" + std::to_string(server.major) + "/" + server.role + "/" + name + ".txt";
}

[[noreturn]] void ask_for(const std::string& path, const std::string& trouble) {
  throw std::runtime_error(path + " " + trouble + ". Record it: " + kRecordCommand);
}

std::optional<std::string> contents(const std::string& path) {
  std::ifstream file(fs::path(PGWATCH_SOURCE_FOLDER) / path);
  if (!file) return std::nullopt;
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string recorded(const std::string& path) {
  std::optional<std::string> text = contents(path);
  if (!text) ask_for(path, "is missing");
  return *std::move(text);
}

void write(const std::string& path, const std::string& text) {
  const fs::path file = fs::path(PGWATCH_SOURCE_FOLDER) / path;
  fs::create_directories(file.parent_path());
  if (!(std::ofstream(file) << text << std::flush)) throw std::runtime_error("cannot write " + file.string());
}

std::map<std::string, RecordedFacts>& facts_by_path() {
  static std::map<std::string, RecordedFacts> facts;
  return facts;
}

bool is_recorded(const RecordedServer& server, const Collector& collector) try {
  ask_recording(server, collector);
  return true;
} catch (const std::runtime_error&) {
  return false;
}

}  // namespace

std::vector<RecordedServer> recorded_servers() {
  std::vector<RecordedServer> servers;
  for (const int major : kMajors)
    for (const char* role : {"primary", "standby"}) servers.push_back({major, role});
  return servers;
}

std::set<std::string> recordings_of(const RecordedServer& server) {
  std::set<std::string> names;
  for (const auto& file : fs::directory_iterator((fs::path(PGWATCH_SOURCE_FOLDER) / path_of(server, "")).parent_path()))
    names.insert(file.path().stem());
  return names;
}

// Every collector's plan asks for them: each file is read once, until it is written anew.
const RecordedFacts& recorded_facts(const RecordedServer& server) {
  auto& known = facts_by_path();
  const std::string path = path_of(server, "facts");
  auto found = known.find(path);
  if (found == known.end()) found = known.emplace(path, parse_facts(recorded(path))).first;
  return found->second;
}

Asked ask_recording(const RecordedServer& server, const Instrument& instrument) {
  const Collector& collector = instrument.collector();
  const RecordedFacts& known = recorded_facts(server);
  for (const std::string& need : needs_of(collector))
    if (!known.asked.contains(need)) ask_for(path_of(server, "facts"), "does not say whether there is " + need);
  const std::string path = path_of(server, collector.name);
  std::optional<std::vector<RecordedAnswer>> answers;
  std::size_t next = 0;
  return ask(instrument, known.facts, [&](const std::string& sql) {
    if (!answers) answers = parse_answers(recorded(path));
    if (next == answers->size() || (*answers)[next].checksum != checksum(sql))
      ask_for(path, "was made of another statement");
    return std::move((*answers)[next++].rows);
  });
}

Asked ask_recording(const RecordedServer& server, const Collector& collector) {
  return ask_recording(server, Instrument(collector));
}

void record_facts(const RecordedServer& server, const RecordedFacts& facts) {
  const std::string path = path_of(server, "facts");
  const std::string text = facts_text(facts);
  if (contents(path) != text) write(path, text);
  facts_by_path().erase(path);
}

void record_answers(const RecordedServer& server, const Collector& collector, const Asked& asked) {
  if (asked.steps.empty() || is_recorded(server, collector)) return;
  std::vector<RecordedAnswer> answers;
  for (const Asked::Step& step : asked.steps) answers.push_back({checksum(step.sql), step.rows});
  write(path_of(server, collector.name), answers_text(answers));
}

}  // namespace pgwatch::test
