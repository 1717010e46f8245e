// Log: one line per event on stderr, as logfmt or JSON. spdlog stays behind this door. Never a secret.
// Nobody waits for who reads it: lines that are not taken are kept, and beyond a thousand dropped and counted.
// Under systemd, where stderr is the journal, lines carry no time, which the journal has, but a priority: <3> to <7>.
//
// Any thread, configure too.
#pragma once

#include <chrono>
#include <initializer_list>
#include <string>
#include <string_view>

namespace pgwatch::log {

enum class Level { kDebug, kInfo, kWarn, kError };
enum class Format { kLogfmt, kJson };

struct Field {
  std::string_view name;  // a plain word
  std::string value;      // where it is empty the field is left out
};

// Until then: info and worse, as logfmt.
void configure(Level level, Format format);

// What a line on stderr that is none of the log's begins with where it tells an error.
std::string_view error_prefix();

// Waits until all is written, or no longer. At exit it happens by itself, before std::_Exit() it does not.
void flush(std::chrono::milliseconds patience = std::chrono::milliseconds(100));

void debug(std::string_view message, std::initializer_list<Field> fields = {});
void info(std::string_view message, std::initializer_list<Field> fields = {});
void warn(std::string_view message, std::initializer_list<Field> fields = {});
void error(std::string_view message, std::initializer_list<Field> fields = {});

}  // namespace pgwatch::log
