#include "exporter/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <regex>
#include <set>
#include <vector>

#include "exporter/util/file.h"

namespace pgwatch::command_line {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;
using testing::StartsWith;

using Variables = std::map<std::string, std::string>;

std::vector<Collector> catalogue() {
  Collector replication;
  replication.name = "replication";
  replication.columns = {label("application_name")};
  Collector slots;
  slots.name = "replication_slots";
  return {replication, slots};
}

Options parse_words(const std::vector<const char*>& words, const Variables& variables = {}) {
  std::vector<const char*> arguments = {"pgwatch"};
  std::copy(words.begin(), words.end(), std::back_inserter(arguments));
  const auto environment = [&](const std::string& name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  };
  return parse(static_cast<int>(arguments.size()), arguments.data(), environment, catalogue());
}

std::string usage_error(const std::vector<const char*>& words, const Variables& variables = {}) {
  try {
    parse_words(words, variables);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "";
}

std::set<std::string> options_in(const std::string& text) {
  std::set<std::string> options;
  const std::regex option("--[a-z][-a-zA-Z._]+");
  for (auto at = std::sregex_iterator(text.begin(), text.end(), option); at != std::sregex_iterator(); ++at) {
    options.insert(at->str());
  }
  return options;
}

// The part of the manual that lists our options: not what it says of postgres_exporter's other ones.
std::string manual_options() {
  const std::string text = read_file(std::string(PGWATCH_SOURCE_FOLDER) + "/docs/configuration.md");
  const std::size_t begin = text.find("\n## Command line\n");
  const std::size_t end = text.find("\n## ", begin + 1);
  return begin == std::string::npos ? "" : text.substr(begin, end - begin);
}

TEST(CommandLine, ServesByDefault) {
  const Options options = parse_words({});
  EXPECT_EQ(options.mode, Mode::kServe);
  EXPECT_EQ(options.config_file, "");
  EXPECT_TRUE(options.overrides.listen.empty());
  EXPECT_FALSE(options.overrides.telemetry_path);
}

TEST(CommandLine, KnowsItsModes) {
  EXPECT_EQ(parse_words({"--check-config"}).mode, Mode::kCheckConfig);
  EXPECT_FALSE(parse_words({"--check-config"}).connect);
  EXPECT_TRUE(parse_words({"--check-config", "--connect"}).connect);
  EXPECT_EQ(parse_words({"--describe"}).mode, Mode::kDescribe);
  EXPECT_EQ(parse_words({"--version"}).mode, Mode::kVersion);
  EXPECT_EQ(parse_words({"--help"}).mode, Mode::kHelp);
  EXPECT_EQ(usage_error({"--connect"}), "--connect requires --check-config");
  EXPECT_EQ(usage_error({"--check-config", "--describe"}), "--check-config excludes --describe");
}

TEST(CommandLine, GrantsAreForTheUsualRoleOrAnother) {
  EXPECT_EQ(parse_words({"--grants"}).mode, Mode::kGrants);
  EXPECT_EQ(parse_words({"--grants"}).role, "pgwatch");
  EXPECT_EQ(parse_words({"--grants=Some One"}).role, "Some One");
  EXPECT_EQ(parse_words({"--grants", "watcher"}).role, "watcher");
  EXPECT_EQ(parse_words({"--grants", "--log.level=debug"}).role, "pgwatch");
  for (const std::vector<const char*>& nobody : {std::vector{"--grants="}, {"--grants", ""}})
    EXPECT_EQ(usage_error(nobody), "--grants \"\": a role has a name");
  EXPECT_EQ(usage_error({"--grants=a\tb"}), "--grants \"a\tb\": a role's name has no control characters");
  EXPECT_EQ(usage_error({"--grants", "--describe"}), "--describe excludes --grants");
}

TEST(CommandLine, HelpsWhateverElseIsWrong) {
  EXPECT_EQ(parse_words({"--nonsense", "--help"}, {{"PG_EXPORTER_METRIC_PREFIX", "x"}}).mode, Mode::kHelp);
}

TEST(CommandLine, TakesValuesWithAndWithoutEquals) {
  EXPECT_EQ(parse_words({"--config", "a.yaml"}).config_file, "a.yaml");
  EXPECT_EQ(parse_words({"--config=a.yaml"}).config_file, "a.yaml");
}

TEST(CommandLine, TakesSeveralAddresses) {
  const Options options = parse_words({"--web.listen-address", ":1", "--web.listen-address=[::1]:2"});
  EXPECT_THAT(options.overrides.listen, ElementsAre(":1", "[::1]:2"));
}

TEST(CommandLine, OverridesWhatTheFileSays) {
  const config::Overrides overrides =
      parse_words({"--web.telemetry-path=/m", "--log.level=debug", "--log.format=json", "--include-databases=a,b",
                   "--exclude-databases", "c , d", "--constantLabels=env=prod,tier=a=b"})
          .overrides;
  EXPECT_EQ(overrides.telemetry_path, "/m");
  EXPECT_EQ(overrides.log_level, "debug");
  EXPECT_EQ(overrides.log_format, config::LogFormat::kJson);
  EXPECT_THAT(overrides.include.value(), ElementsAre("a", "b"));
  EXPECT_THAT(overrides.exclude.value(), ElementsAre("c", "d"));
  EXPECT_THAT(overrides.labels, ElementsAre(Pair("env", "prod"), Pair("tier", "a=b")));
}

TEST(CommandLine, TurnsCollectorsOnAndOff) {
  const Options options = parse_words({"--no-collector.replication", "--collector.replication_slot"});
  EXPECT_THAT(options.overrides.collectors, ElementsAre(Pair("replication", false), Pair("replication_slots", true)));
}

TEST(CommandLine, SaysWhatIsWrongWithACollector) {
  EXPECT_EQ(usage_error({"--collector.replicaton"}),
            "--collector.replicaton: unknown collector \"replicaton\"; did you mean \"replication\"? Known are: "
            "replication, replication_slots");
  EXPECT_THAT(usage_error({"--collector.replication=false"}), HasSubstr("takes no value"));
  EXPECT_THAT(usage_error({"--collector.replication.limit=3"}), HasSubstr("in the file, under collectors.replication"));
}

TEST(CommandLine, ReadsPostgresExportersVariables) {
  const config::Overrides overrides = parse_words({}, {{"PG_EXPORTER_WEB_LISTEN_ADDRESS", ":1"},
                                                       {"PG_EXPORTER_WEB_TELEMETRY_PATH", "/m"},
                                                       {"PG_EXPORTER_INCLUDE_DATABASES", "a"},
                                                       {"PG_EXPORTER_EXCLUDE_DATABASES", "b"},
                                                       {"PG_EXPORTER_CONSTANT_LABELS", "env=x"},
                                                       {"PG_EXPORTER_AUTO_DISCOVER_DATABASES", "true"}})
                                          .overrides;
  EXPECT_THAT(overrides.listen, ElementsAre(":1"));
  EXPECT_EQ(overrides.telemetry_path, "/m");
  EXPECT_THAT(overrides.include.value(), ElementsAre("a"));
  EXPECT_THAT(overrides.exclude.value(), ElementsAre("b"));
  EXPECT_THAT(overrides.labels, ElementsAre(Pair("env", "x")));
}

TEST(CommandLine, PrefersTheFlagToTheVariable) {
  const Options options =
      parse_words({"--web.telemetry-path=/flag"}, {{"PG_EXPORTER_WEB_TELEMETRY_PATH", "/variable"}});
  EXPECT_EQ(options.overrides.telemetry_path, "/flag");
}

TEST(CommandLine, NamesTheSourceOfAValueThatDoesNotFit) {
  EXPECT_EQ(usage_error({"--log.level=loud"}), "--log.level \"loud\": expected debug, info, warn or error");
  EXPECT_EQ(usage_error({"--log.format=xml"}), "--log.format \"xml\": expected logfmt or json");
  EXPECT_THAT(usage_error({}, {{"PG_EXPORTER_WEB_TELEMETRY_PATH", "m"}}),
              StartsWith("PG_EXPORTER_WEB_TELEMETRY_PATH \"m\": expected a path"));
  EXPECT_THAT(usage_error({"--web.listen-address=9187"}), HasSubstr("expected HOST:PORT"));
  EXPECT_THAT(usage_error({"--constantLabels=env"}), HasSubstr("expected NAME=VALUE"));
  EXPECT_THAT(usage_error({"--constantLabels=server=x"}), HasSubstr("is pgwatch's own"));
  EXPECT_THAT(usage_error({"--constantLabels=application_name=x"}), HasSubstr("is taken by collector replication"));
}

TEST(CommandLine, SaysWhatReplacesAFlagOfPostgresExporter) {
  EXPECT_EQ(usage_error({"--dumpmaps"}),
            "--dumpmaps is postgres_exporter's and not pgwatch's: --describe prints every collector and metric");
  for (const char* flag : {"--config.file=x", "--web.config.file=x", "--web.systemd-socket",
                           "--disable-default-metrics", "--extend.query-path=x", "--dumpmaps", "--metric-prefix=x",
                           "--collection-timeout=1m", "--no-auto-discover-databases"}) {
    EXPECT_THAT(usage_error({flag}), HasSubstr("is postgres_exporter's and not pgwatch's: ")) << flag;
  }
}

TEST(CommandLine, RefusesToBeToldNotToDiscover) {
  EXPECT_EQ(usage_error({"--auto-discover-databases=false"}),
            "--auto-discover-databases=false is postgres_exporter's and not pgwatch's: the key is targets: databases: "
            "{include: [NAME]}");
  EXPECT_EQ(usage_error({"--auto-discover-databases"}), "");
  EXPECT_EQ(usage_error({"--auto-discover-databases=true"}), "");
}

TEST(CommandLine, SaysWhatReplacesAVariableOfPostgresExporter) {
  for (const char* variable : {"PG_EXPORTER_DISABLE_DEFAULT_METRICS", "PG_EXPORTER_EXTEND_QUERY_PATH",
                               "PG_EXPORTER_METRIC_PREFIX", "PG_EXPORTER_COLLECTION_TIMEOUT"}) {
    EXPECT_THAT(usage_error({}, {{variable, "true"}}), StartsWith(variable)) << variable;
    EXPECT_EQ(usage_error({}, {{variable, ""}}), "") << variable;
  }
  EXPECT_EQ(usage_error({}, {{"PG_EXPORTER_DISABLE_DEFAULT_METRICS", "false"}, {"PG_EXPORTER_METRIC_PREFIX", "pg"}}),
            "");
}

TEST(CommandLine, TurnsSettingsOffInPostgresExportersWords) {
  const auto settings = [](std::initializer_list<const char*> words, const std::string& variable = "") {
    return parse_words(words, {{"PG_EXPORTER_DISABLE_SETTINGS_METRICS", variable}}).overrides.collectors;
  };
  EXPECT_THAT(settings({"--disable-settings-metrics"}), ElementsAre(Pair("settings", false)));
  EXPECT_THAT(settings({}, "true"), ElementsAre(Pair("settings", false)));
  EXPECT_THAT(settings({}, "false"), testing::IsEmpty());
  EXPECT_THAT(usage_error({}, {{"PG_EXPORTER_DISABLE_SETTINGS_METRICS", "maybe"}}),
              HasSubstr("expected true or false"));
}

TEST(CommandLine, RefusesWhatItDoesNotKnow) {
  EXPECT_EQ(usage_error({"--chek-config"}), "unknown option --chek-config; did you mean --check-config? See --help");
  EXPECT_EQ(usage_error({"--zzz"}), "unknown option --zzz; see --help");
  EXPECT_EQ(usage_error({"-h"}), "unexpected argument \"-h\"; see --help");
  EXPECT_EQ(usage_error({"serve"}), "unexpected argument \"serve\"; see --help");
  EXPECT_EQ(usage_error({"postgres://u:geheim@h"}),
            "unexpected argument what looks like a connection string; see --help");
  EXPECT_NE(usage_error({"--config"}), "");
  EXPECT_NE(usage_error({"--config=a", "--config=b"}), "");
}

// -- Once -------------------------------------------------------------------------------------------------------------

TEST(CommandLineOnce, HasDefaults) {
  const Options options = parse_words({"--once"});
  EXPECT_EQ(options.mode, Mode::kOnce);
  EXPECT_TRUE(options.once.checks.empty());
  EXPECT_EQ(options.once.format, once::Format::kHuman);
  EXPECT_EQ(options.once.exit_style, once::ExitStyle::kNagios);
  EXPECT_EQ(options.once.output, "");
  EXPECT_EQ(options.once.timeout, std::chrono::seconds(10));
  EXPECT_FALSE(options.once.verbose);
}

TEST(CommandLineOnce, IsToldWhatToCheckAndHowToSayIt) {
  const once::Options options =
      parse_words({"--once", "--check", "up", "--check=db1/*", "--format=json", "--output", "/tmp/x", "--timeout=500ms",
                   "--exit-style", "binary", "--verbose", "--config", "a.yaml"})
          .once;
  EXPECT_THAT(options.checks, ElementsAre("up", "db1/*"));
  EXPECT_EQ(options.format, once::Format::kJson);
  EXPECT_EQ(options.output, "/tmp/x");
  EXPECT_EQ(options.timeout, std::chrono::milliseconds(500));
  EXPECT_EQ(options.exit_style, once::ExitStyle::kBinary);
  EXPECT_TRUE(options.verbose);
}

TEST(CommandLineOnce, NamesTheValueThatDoesNotFit) {
  const std::string timeout = "expected a time from 100ms to 1h, as 10s";
  for (const std::string value : {"10", "99ms", "0s", "2h", "soon"})
    EXPECT_EQ(usage_error({"--once", "--timeout", value.c_str()}), "--timeout \"" + value + "\": " + timeout);
  EXPECT_EQ(usage_error({"--once", "--format=xml"}), "--format \"xml\": expected human, json or prometheus");
  EXPECT_EQ(usage_error({"--once", "--exit-style=icinga"}), "--exit-style \"icinga\": expected nagios, binary or zero");
}

TEST(CommandLineOnce, AloneTakesWhatGoesWithIt) {
  for (const std::string option :
       {"--check=up", "--format=json", "--output=x", "--timeout=1s", "--exit-style=zero", "--verbose"})
    EXPECT_EQ(usage_error({option.c_str()}), option.substr(0, option.find('=')) + " goes with --once");
}

TEST(CommandLineOnce, DoesOneThing) {
  for (const char* other : {"--check-config", "--describe"}) EXPECT_NE(usage_error({"--once", other}), "") << other;
}

TEST(CommandLineOnce, TakesNoValueThatIsEmpty) {
  for (const char* option : {"--check=", "--format=", "--output=", "--timeout=", "--exit-style="})
    EXPECT_NE(usage_error({"--once", option}), "") << option;
  // As of a variable that is not set: the default would be a surprise.
  EXPECT_EQ(usage_error({"--once", "--check", ""}), "--check \"\": names no check");
  EXPECT_EQ(usage_error({"--once", "--output", ""}), "--output \"\": names no file");
  EXPECT_EQ(usage_error({"--once", "--format", ""}), "--format \"\": expected human, json or prometheus");
  EXPECT_THAT(usage_error({"--once", "--timeout", ""}), StartsWith("--timeout \"\": expected a time"));
  EXPECT_THAT(usage_error({"--once", "--exit-style", ""}), StartsWith("--exit-style \"\": expected nagios"));
}

TEST(CommandLineOnce, IsVerboseByOneLetterToo) { EXPECT_TRUE(parse_words({"--once", "-v"}).once.verbose); }

// -- Help -------------------------------------------------------------------------------------------------------------

TEST(CommandLine, HelpFitsAScreen) {
  const std::string text = help();
  EXPECT_LE(std::count(text.begin(), text.end(), '\n'), 50);
  EXPECT_FALSE(std::regex_search(text, std::regex("[^\n]{81}")));
  EXPECT_EQ(text.back(), '\n');
}

TEST(CommandLine, HelpAndManualNameTheSameOptions) { EXPECT_EQ(options_in(help()), options_in(manual_options())); }

TEST(CommandLine, HelpNamesWhatIsThere) {
  for (std::string option : options_in(help())) {
    if (option.ends_with("collector.NAME")) continue;
    EXPECT_EQ(usage_error({option.c_str()}).find("unknown option"), std::string::npos) << option;
  }
}

}  // namespace
}  // namespace pgwatch::command_line
