#include "exporter/config/config.h"

#include <stdexcept>
#include <utility>

#include "exporter/config/settings.h"
#include "exporter/util/file.h"

namespace pgwatch::config {

Config load_file(const std::string& path, const Context& context) {
  std::string text;
  try {
    text = read_file(path);
  } catch (const std::runtime_error& error) {
    throw Error(path + ": cannot read the configuration: " + error.what());
  }
  return parse(text, path, context);
}

Config parse(const std::string& text, const std::string& file_name, const Context& context) {
  return make_config(read_settings(text, file_name, context), context);
}

Config from_environment(const Context& context) {
  Settings settings;
  settings.targets = data_sources(context.environment);
  return make_config(std::move(settings), context);
}

}  // namespace pgwatch::config
