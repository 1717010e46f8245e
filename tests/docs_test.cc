// Holds the documents to the program: what they name is there, and what they show is so.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "collectors/catalogue.h"
#include "exporter/command_line.h"
#include "exporter/describe.h"
#include "tests/exporter/config/fixture.h"
#include "tests/source_tree.h"

namespace pgwatch::test {
namespace {

using testing::Contains;
using testing::HasSubstr;

std::vector<std::string> documents() {
  std::vector<std::string> paths = {"README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md"};
  for (const std::string& path : sources_below("docs", {".md"})) paths.push_back(path);
  return paths;
}

struct CodeBlock {
  std::string language;
  std::string text;
};

std::vector<CodeBlock> code_blocks(const std::string& document) {
  std::vector<CodeBlock> blocks;
  std::istringstream lines(document);
  bool inside = false;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("```")) {
      if (!inside) blocks.push_back({line.substr(3), ""});
      inside = !inside;
    } else if (inside) {
      blocks.back().text += line + '\n';
    }
  }
  return blocks;
}

// What a document sets in code: its blocks, and what stands between backticks. Each is read once.
const std::vector<std::string>& code_in(const std::string& path) {
  static const std::regex fence("```[^`]*```");
  static const std::regex span("`([^`\n]+)`");
  static std::map<std::string, std::vector<std::string>> known;
  if (const auto found = known.find(path); found != known.end()) return found->second;
  const std::string document = read_source(path);
  std::vector<std::string> code;
  for (const CodeBlock& block : code_blocks(document)) code.push_back(block.text);
  const std::string prose = std::regex_replace(document, fence, "");
  for (std::sregex_iterator match(prose.begin(), prose.end(), span), end; match != end; ++match)
    code.push_back((*match)[1]);
  return known[path] = std::move(code);
}

std::set<std::string> all_matches(const std::string& text, const std::regex& regex) {
  std::set<std::string> matches;
  for (std::sregex_iterator match(text.begin(), text.end(), regex), end; match != end; ++match)
    matches.insert((*match)[1]);
  return matches;
}

std::set<std::string> all_matches(const std::string& text, const std::string& pattern) {
  return all_matches(text, std::regex(pattern));
}

// In the code of all documents; each match with the first document that has it.
std::map<std::string, std::string> matches_in_documents(const std::string& pattern) {
  const std::regex regex(pattern);
  std::map<std::string, std::string> found;
  for (const std::string& path : documents())
    for (const std::string& code : code_in(path))
      for (const std::string& match : all_matches(code, regex)) found.emplace(match, path);
  return found;
}

// -- What the documents name ------------------------------------------------------------------------------------------

TEST(Documents, NameTargetsOfTheMakefile) {
  std::set<std::string> targets;
  for (const std::string& line : all_matches(read_source("Makefile"), "(?:^|\n)([a-z ]+):(?!=)"))
    targets.merge(all_matches(line, "([a-z]+)"));
  const auto named = matches_in_documents(R"((?:^|[\s;&])make ([a-z]+))");
  ASSERT_TRUE(named.contains("run") && named.contains("test"));
  for (const auto& [target, document] : named) EXPECT_THAT(targets, Contains(target)) << document;
}

TEST(Documents, NamePresetsThereAre) {
  const std::set<std::string> presets = all_matches(read_source("CMakePresets.json"), "\"name\": \"([a-z]+)\"");
  const auto named = matches_in_documents("--preset[ =]([a-z]+)");
  ASSERT_TRUE(named.contains("dev"));
  for (const auto& [preset, document] : named) EXPECT_THAT(presets, Contains(preset)) << document;
}

// What --target and build/dev/ name: programs of ours.
TEST(Documents, NameProgramsOfTheBuild) {
  std::set<std::string> programs;
  for (const char* folder : {"exporter", "tests", "bench"})
    for (const std::string& path : sources_below(folder, {"CMakeLists.txt"}))
      programs.merge(all_matches(read_source(path), R"((?:pgwatch_(?:live_)?test|add_executable)\((\w+))"));
  std::set<std::string> named;
  for (const auto& [targets, document] : matches_in_documents(R"(--target ([\w ]+))"))
    named.merge(all_matches(targets, R"((\w+))"));
  for (const auto& [program, document] : matches_in_documents(R"(build/(?:dev/)?(\w+))")) named.insert(program);
  ASSERT_GT(named.size(), 3U);
  for (const std::string& program : named) EXPECT_THAT(programs, Contains(program));
}

TEST(Documents, NameFilesThereAre) {
  // The walk-through has the reader make these.
  const std::set<std::string> to_be_made = {"collectors/postgres/configuration.cc",
                                            "tests/collectors/configuration_test.cc"};
  const auto named = matches_in_documents(
      R"((?:^|[\s("])((?:exporter|collectors|tests|scripts|demo|docs|examples|bench|cmake)/[\w./-]*\w/?)(?![\w*<{]))");
  ASSERT_GT(named.size(), 20U);
  for (const auto& [path, document] : named)
    EXPECT_TRUE(source_exists(path) || to_be_made.contains(path)) << document << " names " << path;
}

TEST(Documents, LinkToFilesThereAre) {
  for (const std::string& path : documents()) {
    const std::size_t slash = path.rfind('/');
    const std::string folder = slash == std::string::npos ? "" : path.substr(0, slash + 1);
    for (const std::string& link : all_matches(read_source(path), R"(\]\(([^)#:]+)(?:#[^)]*)?\))"))
      EXPECT_TRUE(source_exists(folder + link)) << path << " links to " << link;
  }
}

// In a call of pgwatch, and by themselves in the README.
TEST(Documents, NameOptionsOfTheCommandLine) {
  std::set<std::string> calls;
  for (const auto& [call, document] : matches_in_documents("(pgwatch [^\n|>;]*)")) calls.insert(call);
  const std::regex option_alone("^(--.*)");
  for (const std::string& code : code_in("README.md")) calls.merge(all_matches(code, option_alone));
  const std::string help = command_line::help();
  ASSERT_GT(calls.size(), 10U);
  for (const std::string& call : calls)
    for (const std::string& option : all_matches(call, R"((?:^|\s)(--[a-z][\w.-]*))"))
      EXPECT_THAT(help, HasSubstr(option)) << call;
}

TEST(Documents, NameMetricsThereAre) {
  const std::set<std::string> metrics = all_matches(describe(collectors::catalogue()), R"(\| `([a-z_]+)` \|)");
  // PostgreSQL's own names, and the walk-through's metric.
  const std::set<std::string> others = {"pg_monitor", "pg_catalog", "pg_conf_load_time",
                                        "pg_configuration_load_time_seconds"};
  const std::regex metric(R"((?:^|[^\w/.^-])((?:pg|pgwatch)_[a-z_]*[a-z])(?![\w*]))");
  for (const char* path : {"README.md", "SECURITY.md", "CHANGELOG.md"})
    for (const std::string& code : code_in(path))
      for (const std::string& name : all_matches(code, metric))
        EXPECT_TRUE(metrics.contains(name) || others.contains(name)) << path << " names " << name;
}

// -- What the documents show ------------------------------------------------------------------------------------------

TEST(Documents, ReferenceOfMetricsIsWhatDescribePrints) {
  EXPECT_EQ(read_source("docs/metrics.md"), describe(collectors::catalogue()))
      << "make it anew: build/pgwatch --describe >docs/metrics.md";
}

TEST(Documents, ConfigurationsOfTheReadmeAreValid) {
  config::Context context = config::fake_context();
  context.catalogue = collectors::catalogue();
  int seen = 0;
  for (const CodeBlock& block : code_blocks(read_source("README.md"))) {
    if (block.language != "yaml" || block.text.find("conninfo:") == std::string::npos) continue;
    EXPECT_NO_THROW(config::parse(block.text, "README.md", context)) << block.text;
    ++seen;
  }
  EXPECT_GT(seen, 0);
}

TEST(Documents, ChecksOfFreshnessInTheManualAreValid) {
  int seen = 0;
  for (const CodeBlock& block : code_blocks(read_source("docs/freshness.md"))) {
    if (!block.text.starts_with("freshness:")) continue;
    const std::string text = std::regex_replace(block.text, std::regex("\n *holidays_file: [^\n]*"), "");  // not here
    EXPECT_NO_THROW(config::parse(text + "targets: [{name: main}]", "freshness.md", config::fake_context())) << text;
    ++seen;
  }
  EXPECT_GT(seen, 3);
}

// tests/collectors/walkthrough_test.cc compiles and runs the same files.
TEST(Documents, WalkthroughShowsFilesThatCompile) {
  const std::string contributing = read_source("CONTRIBUTING.md");
  for (const char* path : {"examples/collector/configuration.cc", "examples/collector/configuration_test.cc"})
    EXPECT_THAT(contributing, HasSubstr("```cpp\n" + read_source(path) + "```\n")) << path;
}

TEST(Documents, ArchitectureIsReadInOneSitting) { EXPECT_LE(count_lines(read_source("ARCHITECTURE.md")), 200U); }

TEST(Documents, LicencesNameEveryLibrary) {
  const std::string licences = read_source("docs/licenses.md");
  for (const char* name :
       {"libpq", "libmicrohttpd", "yaml-cpp", "spdlog", "fmt", "prometheus-cpp", "CLI11", "date", "zlib"})
    EXPECT_THAT(licences, HasSubstr("| " + std::string(name) + " |"));
  EXPECT_THAT(read_source("LICENSE"), HasSubstr("Apache License"));
}

TEST(Documents, ReadmeBeginsWithWhatToType) {
  const std::string readme = read_source("README.md");
  const std::string screen = readme.substr(0, readme.find("\n## "));
  for (const char* text : {"make run", "make test", "make build", "build/pgwatch", "CYBERTEC"})
    EXPECT_THAT(screen, HasSubstr(text));
  EXPECT_LE(count_lines(screen), 50U);
}

}  // namespace
}  // namespace pgwatch::test
