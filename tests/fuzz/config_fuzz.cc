// Any text is a configuration or an Error: never a crash, a hang, or another exception.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "tests/exporter/config/fixture.h"

namespace {

using namespace pgwatch::config;

void read_file_text(const std::string& text) {
  try {
    parse_text(text, {{"X", "value"}, {"EMPTY", ""}});
  } catch (const Error& error) {
    // What stands under `queries` may be a file there is, which has mistakes of its own.
    const bool names_files = text.find("queries") != std::string::npos;
    if (!names_files && !std::string_view(error.what()).starts_with("f.yaml:")) std::abort();
  }
}

void read_variable(const std::string& name, const std::string& text) {
  try {
    const Config config = from_environment(fake_context({{name, text}}));
    if (config.world.targets.empty()) std::abort();
  } catch (const Error& error) {
    if (!std::string_view(error.what()).starts_with(name)) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(data, data + size);
  read_file_text(text);
  read_variable("DATA_SOURCE_NAME", text);
  read_variable("DATA_SOURCE_URI", text);
  return 0;
}
