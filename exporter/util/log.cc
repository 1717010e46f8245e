#include "exporter/util/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <memory>

#include "exporter/util/escape.h"

namespace pgwatch::log {
namespace {

// The default logger's name says its format: so a change of format is one swap, which spdlog makes safe.
constexpr const char* kLogfmtName = "logfmt";
constexpr const char* kJsonName = "json";

spdlog::level::level_enum to_spdlog(Level level) {
  switch (level) {
    case Level::kDebug: return spdlog::level::debug;
    case Level::kInfo: return spdlog::level::info;
    case Level::kWarn: return spdlog::level::warn;
    case Level::kError: return spdlog::level::err;
  }
  return spdlog::level::info;
}

std::string_view to_string(Level level) {
  constexpr std::array<std::string_view, 4> kNames = {"debug", "info", "warn", "error"};
  return kNames.at(static_cast<std::size_t>(level));
}

// systemd says by JOURNAL_STREAM=DEVICE:INODE which stream goes to the journal: ours may have been redirected since.
bool stderr_is_journal() {
  const char* stream = std::getenv("JOURNAL_STREAM");
  struct stat status {};
  if (stream == nullptr || fstat(STDERR_FILENO, &status) != 0) return false;
  return std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino) == stream;
}

// The journal keeps the time of each line itself.
std::string pattern(Format format) {
  const bool timeless = stderr_is_journal();
  if (format == Format::kJson) return timeless ? "{%v}" : R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ",%v})";
  return timeless ? "%v" : "time=%Y-%m-%dT%H:%M:%S.%eZ %v";
}

std::shared_ptr<spdlog::logger> make_logger(Level level, Format format) {
  const char* name = format == Format::kJson ? kJsonName : kLogfmtName;
  auto logger = std::make_shared<spdlog::logger>(name, std::make_shared<spdlog::sinks::stderr_sink_mt>());
  logger->set_pattern(pattern(format), spdlog::pattern_time_type::utc);
  logger->set_level(to_spdlog(level));
  return logger;
}

bool is_ours(const spdlog::logger& logger) { return logger.name() == kLogfmtName || logger.name() == kJsonName; }

// Before anybody has configured it, spdlog's own would write to stdout.
std::shared_ptr<spdlog::logger> current() {
  auto logger = spdlog::default_logger();
  if (logger && is_ours(*logger)) return logger;
  logger = make_logger(Level::kInfo, Format::kLogfmt);
  spdlog::set_default_logger(logger);
  return logger;
}

std::string quoted(std::string_view value) { return '"' + escaped(value) + '"'; }

// logfmt leaves plain words as they are.
std::string word(std::string_view value) {
  const bool is_plain =
      !value.empty() && value.find_first_of(" =") == std::string_view::npos && escaped(value) == value;
  return is_plain ? std::string(value) : quoted(value);
}

void append(std::string& line, Format format, std::string_view name, std::string_view value) {
  const bool is_json = format == Format::kJson;
  if (!line.empty()) line += is_json ? ',' : ' ';
  line += is_json ? quoted(name) + ":" : std::string(name) + "=";
  line += is_json ? quoted(value) : word(value);
}

void write(Level level, std::string_view message, std::initializer_list<Field> fields) {
  const auto logger = current();
  if (!logger->should_log(to_spdlog(level))) return;
  const Format format = logger->name() == kJsonName ? Format::kJson : Format::kLogfmt;
  std::string line;
  append(line, format, "level", to_string(level));
  append(line, format, "msg", message);
  for (const Field& field : fields) append(line, format, field.name, field.value);
  logger->log(to_spdlog(level), spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace

void configure(Level level, Format format) { spdlog::set_default_logger(make_logger(level, format)); }

void debug(std::string_view message, std::initializer_list<Field> fields) { write(Level::kDebug, message, fields); }
void info(std::string_view message, std::initializer_list<Field> fields) { write(Level::kInfo, message, fields); }
void warn(std::string_view message, std::initializer_list<Field> fields) { write(Level::kWarn, message, fields); }
void error(std::string_view message, std::initializer_list<Field> fields) { write(Level::kError, message, fields); }

}  // namespace pgwatch::log
