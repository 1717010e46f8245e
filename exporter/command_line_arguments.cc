#include "exporter/command_line_arguments.h"

#include <CLI/CLI.hpp>
#include <array>
#include <string_view>

#include "exporter/command_line.h"

namespace pgwatch::command_line {
namespace {

constexpr std::array kOnceValues = {"--timeout", "--format", "--output", "--exit-style"};

// CLI11 does not tell an empty value from none, where both may be.
bool is_given_empty(int argc, const char* const* argv, const std::string& flag) {
  for (int i = 1; i < argc; ++i) {
    if (argv[i] == flag + "=") return true;
    if (argv[i] == flag && i + 1 < argc && std::string_view(argv[i + 1]).empty()) return true;
  }
  return false;
}

}  // namespace

Arguments read(int argc, const char* const* argv) {
  Arguments arguments;
  CLI::App app("", "pgwatch");
  app.set_help_flag("");
  app.allow_extras();  // collectors, and whatever we can say more of than CLI11
  const CLI::Option* config = app.add_option("--config", arguments.config_file)->type_name("FILE");
  CLI::Option* check = app.add_flag("--check-config", arguments.check_config);
  app.add_flag("--connect", arguments.connect)->needs(check);
  CLI::Option* describe = app.add_flag("--describe", arguments.describe)->excludes(check);
  std::string role;
  CLI::Option* grants = app.add_option("--grants", role)->expected(0, 1)->type_name("ROLE");
  grants->excludes(check)->excludes(describe);
  app.add_flag("--once", arguments.once)->excludes(check)->excludes(describe)->excludes(grants);
  app.add_flag("-v,--verbose", arguments.verbose);
  app.add_option("--check", arguments.checks)->type_name("NAME")->allow_extra_args(false);
  std::vector<const CLI::Option*> once_values;
  for (const char* flag : kOnceValues)
    once_values.push_back(app.add_option(flag, arguments.once_values[flag])->type_name("VALUE"));
  app.add_flag("--auto-discover-databases", arguments.auto_discover);
  app.add_flag("--disable-settings-metrics", arguments.disable_settings);
  app.add_option("--web.listen-address", arguments.listen)->type_name("HOST:PORT")->allow_extra_args(false);
  for (const auto& [flag, variable] : kValues) app.add_option(flag, arguments.values[flag])->type_name("VALUE");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    throw UsageError(error.what());
  }
  arguments.config_given = config->count() > 0;
  arguments.grants = grants->count() > 0;
  if (!role.empty() || is_given_empty(argc, argv, "--grants")) arguments.role = role;
  for (const CLI::Option* option : once_values)
    if (option->count() == 0) arguments.once_values.erase(option->get_name());
  for (const CLI::Option* option : app.get_options()) arguments.known.push_back(option->get_name());
  arguments.known.insert(arguments.known.end(), {"--version", "--help"});
  arguments.rest = app.remaining();
  return arguments;
}

}  // namespace pgwatch::command_line
