// The rules of ARCHITECTURE.md that the compiler does not know: who may include whom, and how long things may be.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <map>
#include <set>

#include "tests/source_tree.h"

namespace pgwatch::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

using Folders = std::vector<std::string>;

// Of our own folders. A new folder says here what it may include; main.cc and its neighbours may include all.
const std::map<std::string, Folders>& may_include() {
  static const std::map<std::string, Folders> rules = {
      {"collectors", {"collectors", "exporter/model", "exporter/host"}},
      {"exporter", {"collectors", "exporter"}},
      {"exporter/calendar", {"exporter/calendar", "exporter/model", "exporter/util"}},
      {"exporter/config", {"exporter/config", "exporter/calendar", "exporter/model", "exporter/util"}},
      {"exporter/engine",
       {"exporter/engine", "exporter/postgres", "exporter/systemd", "exporter/host", "exporter/model",
        "exporter/util"}},
      {"exporter/health", {"exporter/health", "exporter/model", "exporter/util"}},
      {"exporter/host", {"exporter/host", "exporter/model", "exporter/util"}},
      {"exporter/http", {"exporter/http", "exporter/model", "exporter/util"}},
      {"exporter/model", {"exporter/model"}},
      {"exporter/once", {"exporter/once", "exporter/engine", "exporter/health", "exporter/model", "exporter/util"}},
      {"exporter/postgres", {"exporter/postgres", "exporter/model", "exporter/util"}},
      {"exporter/service", {"exporter/service", "exporter/util"}},
      {"exporter/systemd", {"exporter/systemd", "exporter/model", "exporter/util"}},
      {"exporter/util", {"exporter/util"}},
  };
  return rules;
}

// Third-party headers by how they begin, and the one folder that includes them. "exporter" is the folder's own files.
const std::map<std::string, std::string>& libraries() {
  static const std::map<std::string, std::string> homes = {
      {"CLI/", "exporter"},
      {"date/", "exporter/calendar"},
      {"libpq-fe.h", "exporter/postgres"},
      {"microhttpd.h", "exporter/http"},
      {"prometheus/", "exporter/engine"},
      {"spdlog/", "exporter/util"},
      {"systemd/", "exporter/systemd"},
      {"yaml-cpp/", "exporter/config"},
      {"zlib.h", "exporter/http"},
  };
  return homes;
}

// The operating system's, which any folder but model may use.
const std::set<std::string>& system_headers() {
  static const std::set<std::string> headers = {
      "arpa/inet.h",  "dirent.h",   "fcntl.h",       "ifaddrs.h",  "netdb.h",     "netinet/in.h",  "poll.h",
      "pthread.h",    "pwd.h",      "signal.h",      "spawn.h",    "sys/wait.h",  "sys/eventfd.h", "sys/resource.h",
      "sys/socket.h", "sys/stat.h", "sys/statvfs.h", "sys/time.h", "sys/types.h", "sys/un.h",      "unistd.h"};
  return headers;
}

const std::vector<std::string>& our_sources() {
  static const std::vector<std::string> paths = [] {
    std::vector<std::string> all = sources_below("exporter", {".h", ".cc"});
    const std::vector<std::string> collectors = sources_below("collectors", {".h", ".cc"});
    all.insert(all.end(), collectors.begin(), collectors.end());
    return all;
  }();
  return paths;
}

// exporter/model of exporter/model/rows.h; collectors of whatever is below it.
std::string folder_of(const std::string& path) {
  if (path.starts_with("collectors/")) return "collectors";
  return path.substr(0, path.rfind('/'));
}

bool is_standard(const std::string& header) { return header.find_first_of("./") == std::string::npos; }

std::string library_of(const std::string& header) {
  for (const auto& [begin, home] : libraries())
    if (header.starts_with(begin)) return begin;
  return "";
}

TEST(Layout, EachFolderIncludesOnlyThoseItMay) {
  for (const std::string& path : our_sources()) {
    const auto rule = may_include().find(folder_of(path));
    ASSERT_NE(rule, may_include().end()) << "say in layout_test.cc what the folder of " << path << " may include";
    for (const Include& include : includes_of(read_source(path))) {
      if (!include.ours) continue;
      const std::string folder = folder_of(include.header);
      EXPECT_NE(std::find(rule->second.begin(), rule->second.end(), folder) == rule->second.end() &&
                    rule->first != "exporter",
                true)
          << path << " includes " << include.header;
    }
  }
}

TEST(Layout, TheModelKnowsTheStandardLibraryAlone) {
  for (const std::string& path : our_sources()) {
    if (folder_of(path) != "exporter/model" && folder_of(path) != "collectors") continue;
    for (const Include& include : includes_of(read_source(path)))
      EXPECT_TRUE(include.ours || is_standard(include.header)) << path << " includes <" << include.header << ">";
  }
}

TEST(Layout, EachLibraryHasOneFolder) {
  std::map<std::string, std::set<std::string>> found;
  for (const std::string& path : our_sources())
    for (const Include& include : includes_of(read_source(path)))
      if (const std::string library = library_of(include.header); !library.empty())
        found[library].insert(folder_of(path));
  for (const auto& [library, home] : libraries()) EXPECT_THAT(found[library], ElementsAre(home)) << library;
}

TEST(Layout, NoLibraryComesInUnseen) {
  for (const std::string& path : our_sources())
    for (const Include& include : includes_of(read_source(path)))
      EXPECT_TRUE(include.ours || is_standard(include.header) || system_headers().contains(include.header) ||
                  !library_of(include.header).empty())
          << path << " includes <" << include.header << ">: name its folder in layout_test.cc and docs/licenses.md";
}

TEST(Layout, FilesAreShort) {
  for (const std::string& path : our_sources()) EXPECT_LE(count_lines(read_source(path)), 300U) << path;
}

TEST(Layout, FunctionsAreShort) {
  std::vector<std::size_t> lengths;
  for (const std::string& path : our_sources())
    for (const Function& function : functions_of(read_source(path))) {
      EXPECT_LE(function.lines, 60U) << path << ": " << function.head;
      lengths.push_back(function.lines);
    }
  std::sort(lengths.begin(), lengths.end());
  ASSERT_GT(lengths.size(), 500U);
  const std::size_t median = lengths[lengths.size() / 2];
  const std::size_t p90 = lengths[lengths.size() * 9 / 10];
  std::cout << lengths.size() << " functions; lines: median " << median << ", p90 " << p90 << ", longest "
            << lengths.back() << '\n';
  EXPECT_LE(median, 10U);
  EXPECT_LE(p90, 30U);
}

// -- The counter itself -----------------------------------------------------------------------------------------------

std::vector<std::string> heads_and_lines(std::string_view text) {
  std::vector<std::string> all;
  for (const Function& function : functions_of(text))
    all.push_back(function.head + " #" + std::to_string(function.lines));
  return all;
}

TEST(FunctionCounter, CountsFromTheHeadToTheLastBrace) {
  EXPECT_THAT(heads_and_lines("namespace a {\nint f() { return 1; }\n\nint g(int x,\n      int y) {\n  if (x) {\n"
                              "    y = 1;\n  }\n  return y;\n}\n}\n"),
              ElementsAre("int f() { return 1; } #1", "int g(int x, #7"));
}

TEST(FunctionCounter, LooksIntoClasses) {
  EXPECT_THAT(heads_and_lines("class A : public B {\n public:\n  A() : b_{1}, c_(2) {}\n  bool operator==(A) {\n  }\n"
                              "  int b_{3};\n};\n"),
              ElementsAre("public: #2", "bool operator==(A) { #2"));
}

TEST(FunctionCounter, IsNotFooledByTextAndTables) {
  EXPECT_THAT(heads_and_lines("constexpr int kAll[] = {f(1), 2};\nconst char* a = \"{ (\";\n// {(\nchar b = '{';\n"
                              "auto c = R\"x({ ( )\" )x\";\nint d = 1'000;\nvoid f(A a = {}) {}\n"),
              ElementsAre("void f(A a = {}) {} #1"));
  EXPECT_THAT(heads_and_lines("struct A {\n  int b = 1;\n};\nenum class B { kC };\n"), IsEmpty());
}

}  // namespace
}  // namespace pgwatch::test
