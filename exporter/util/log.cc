#include "exporter/util/log.h"

#include <spdlog/details/null_mutex.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <mutex>

#include "exporter/util/escape.h"
#include "exporter/util/line_writer.h"

namespace pgwatch::log {
namespace {

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

// How the journal knows an error from a remark. It takes this off again, before JSON is anybody's to read.
std::string_view priority(spdlog::level::level_enum level) {
  switch (level) {
    case spdlog::level::critical:
    case spdlog::level::err: return "<3>";
    case spdlog::level::warn: return "<4>";
    case spdlog::level::info: return "<6>";
    default: return "<7>";
  }
}

// %* in a pattern.
class PriorityFlag final : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm&, spdlog::memory_buf_t& line) override {
    const std::string_view prefix = priority(message.level);
    line.append(prefix.data(), prefix.data() + prefix.size());
  }
  std::unique_ptr<spdlog::custom_flag_formatter> clone() const override { return std::make_unique<PriorityFlag>(); }
};

// The journal keeps the time of each line itself.
std::string pattern(Format format) {
  const bool journal = stderr_is_journal();
  if (format == Format::kJson) return journal ? "%*{%v}" : R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ",%v})";
  return journal ? "%*%v" : "time=%Y-%m-%dT%H:%M:%S.%eZ %v";
}

std::unique_ptr<spdlog::formatter> formatter(Format format) {
  auto made = std::make_unique<spdlog::pattern_formatter>(spdlog::pattern_time_type::utc);
  made->add_flag<PriorityFlag>('*').set_pattern(pattern(format));
  return made;
}

class WriterSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit WriterSink(LineWriter& writer) : writer_(writer) {}

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    writer_.put({line.data(), line.size()});
  }
  void flush_() override {}

  LineWriter& writer_;
};

// One logger for each format, made once: what changes while threads write is atomic or behind the sink's own lock.
struct Loggers {
  LineWriter writer{STDERR_FILENO};
  spdlog::logger logfmt{"logfmt", std::make_shared<WriterSink>(writer)};
  spdlog::logger json{"json", std::make_shared<WriterSink>(writer)};
  std::atomic<Format> format = Format::kLogfmt;

  Loggers() {
    configure(Level::kInfo, Format::kLogfmt);
    std::atexit([] { flush(); });
  }

  void configure(Level level, Format chosen) {
    logfmt.set_formatter(formatter(Format::kLogfmt));
    json.set_formatter(formatter(Format::kJson));
    logfmt.set_level(to_spdlog(level));
    json.set_level(to_spdlog(level));
    format = chosen;
  }
};

// Never destroyed: threads that are left behind at exit may still have something to say.
Loggers& loggers() {
  static Loggers& all = *new Loggers;
  return all;
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

void write_line(Level level, std::string_view message, std::initializer_list<Field> fields) {
  const Format format = loggers().format;
  spdlog::logger& logger = format == Format::kJson ? loggers().json : loggers().logfmt;
  if (!logger.should_log(to_spdlog(level))) return;
  std::string line;
  append(line, format, "level", to_string(level));
  append(line, format, "msg", message);
  for (const Field& field : fields)
    if (!field.value.empty()) append(line, format, field.name, field.value);
  logger.log(to_spdlog(level), spdlog::string_view_t(line.data(), line.size()));
}

void write(Level level, std::string_view message, std::initializer_list<Field> fields) {
  if (const std::size_t dropped = loggers().writer.take_dropped(); dropped > 0)
    write_line(Level::kError, "lines of this log were dropped, since nobody read it",
               {{"lines", std::to_string(dropped)}});
  write_line(level, message, fields);
}

}  // namespace

std::string_view error_prefix() { return stderr_is_journal() ? priority(spdlog::level::err) : ""; }

void flush(std::chrono::milliseconds patience) { loggers().writer.flush(patience); }

void configure(Level level, Format format) { loggers().configure(level, format); }

void debug(std::string_view message, std::initializer_list<Field> fields) { write(Level::kDebug, message, fields); }
void info(std::string_view message, std::initializer_list<Field> fields) { write(Level::kInfo, message, fields); }
void warn(std::string_view message, std::initializer_list<Field> fields) { write(Level::kWarn, message, fields); }
void error(std::string_view message, std::initializer_list<Field> fields) { write(Level::kError, message, fields); }

}  // namespace pgwatch::log
