// Holds what docs/configuration.md says of connecting to what libpq makes of its examples.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "exporter/postgres/conninfo.h"
#include "exporter/postgres/down.h"
#include "tests/exporter/config/fixture.h"
#include "tests/source_tree.h"

namespace pgwatch::test {
namespace {

using postgres::Conninfo;
using testing::HasSubstr;
using testing::SizeIs;

// A part of the manual: from its heading to the next of any rank.
std::string part(const std::string& heading) {
  const std::string manual = read_source("docs/configuration.md");
  const std::size_t begin = manual.find("\n" + heading + "\n");
  if (begin == std::string::npos) throw std::runtime_error("docs/configuration.md has no " + heading);
  const std::size_t end = manual.find("\n#", begin + 1);
  return manual.substr(begin, end - begin);
}

// The target of its example.
Access example(const std::string& heading) {
  constexpr std::string_view kFence = "```yaml\n";
  const std::string text = part(heading);
  const std::size_t begin = text.find(kFence) + kFence.size();
  const std::string yaml = text.substr(begin, text.find("```", begin) - begin);
  return config::parse(yaml, "docs/configuration.md", config::fake_context()).world.targets.at(0)->access;
}

std::map<std::string, std::string> parameters(const Access& access) {
  const Conninfo conninfo(access.conninfo);
  const auto list = conninfo.parameters(conninfo.endpoints(), "", Secret());
  return {list.begin(), list.end()};
}

TEST(ConnectingManual, ShowsSeveralHosts) {
  const Conninfo conninfo(example("### Several hosts").conninfo);
  EXPECT_THAT(conninfo.endpoints(), SizeIs(2));
  EXPECT_EQ(conninfo.target_session_attrs(), "primary");
  for (const char* word : {"any", "primary", "standby", "read-write", "read-only", "prefer-standby"}) {
    EXPECT_THAT(part("### Several hosts"), HasSubstr("`" + std::string(word) + "`"));
    EXPECT_NO_THROW(Conninfo(Secret("host=a target_session_attrs=" + std::string(word))));
  }
  EXPECT_THAT(part("### Several hosts"), HasSubstr(to_string(postgres::DownReason::kWrongRole)));
}

TEST(ConnectingManual, ShowsTls) {
  const auto said = parameters(example("### TLS"));
  EXPECT_EQ(said.at("sslmode"), "verify-full");
  EXPECT_EQ(said.at("sslrootcert"), "/etc/pgwatch-exporter/ca.pem");
  EXPECT_EQ(said.at("sslcert"), "/etc/pgwatch-exporter/client.pem");
  EXPECT_EQ(said.at("sslkey"), "/etc/pgwatch-exporter/client.key");
}

TEST(ConnectingManual, ShowsAPooler) {
  const Access access = example("### A pooler between");
  EXPECT_TRUE(access.pooler);
  EXPECT_EQ(parameters(access).at("port"), "6432");
}

}  // namespace
}  // namespace pgwatch::test
