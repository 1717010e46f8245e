// postgres_exporter's environment, and libpq's.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>

#include "tests/exporter/config/fixture.h"

namespace pgwatch::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

using Variables = std::map<std::string, std::string>;

std::vector<std::string> conninfos(const Variables& variables) {
  std::vector<std::string> texts;
  for (const TargetPtr& target : from_environment(fake_context(variables)).world.targets) {
    texts.push_back(target->access.conninfo.reveal());
  }
  return texts;
}

std::string environment_error(const Variables& variables) {
  try {
    from_environment(fake_context(variables));
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

class SecretFile {
 public:
  explicit SecretFile(const std::string& text)
      : path_(testing::TempDir() + "pgwatch_secret_" + std::to_string(getpid())) {
    std::ofstream(path_) << text;
  }
  ~SecretFile() { std::remove(path_.c_str()); }
  SecretFile(const SecretFile&) = delete;
  SecretFile& operator=(const SecretFile&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

TEST(DataSource, IsLibpqsEnvironmentWhereNothingIsSet) {
  EXPECT_THAT(conninfos({}), ElementsAre(""));
  EXPECT_THAT(conninfos({{"DATA_SOURCE_NAME", ""}}), ElementsAre(""));
  EXPECT_EQ(from_environment(fake_context()).world.targets.at(0)->name, "localhost:5432");
}

TEST(DataSource, SplitsNamesAtCommas) {
  EXPECT_THAT(conninfos({{"DATA_SOURCE_NAME", "port=5432, port=6432"}}), ElementsAre("port=5432", "port=6432"));
  EXPECT_THAT(conninfos({{"DATA_SOURCE_NAME", "postgresql://a/x,host=c dbname=z , port = 1 host=d"}}),
              ElementsAre("postgresql://a/x", "host=c dbname=z", "port = 1 host=d"));
}

TEST(DataSource, KeepsCommasWithinAConnectionString) {
  const std::string hosts = "host=a,b port=1,2 dbname=x";
  EXPECT_THAT(conninfos({{"DATA_SOURCE_NAME", hosts}}), ElementsAre(hosts));
  EXPECT_THAT(conninfos({{"DATA_SOURCE_NAME", "postgresql://a:1,b:2/x"}}), ElementsAre("postgresql://a:1,b:2/x"));
  const std::string quoted = R"(password='a\',host=b,' host=c)";
  EXPECT_THAT(conninfos({{"DATA_SOURCE_NAME", quoted + ",port=6432"}}), ElementsAre(quoted, "port=6432"));
}

TEST(DataSource, TakesNothingForNothingBetweenCommas) {
  EXPECT_THAT(conninfos({{"DATA_SOURCE_NAME", "host=a dbname=postgres,"}}), ElementsAre("host=a dbname=postgres"));
  EXPECT_THAT(conninfos({{"DATA_SOURCE_NAME", " ,port=1 ,, port=2, ,"}}), ElementsAre("port=1", "port=2"));
  EXPECT_EQ(environment_error({{"DATA_SOURCE_NAME", " , "}}),
            "DATA_SOURCE_NAME: names no server; expected connection strings, as host=db1");
}

TEST(DataSource, PutsAUriTogetherFromItsParts) {
  EXPECT_THAT(conninfos({{"DATA_SOURCE_URI", "db1:5432/x?sslmode=disable"},
                         {"DATA_SOURCE_USER", "me@home"},
                         {"DATA_SOURCE_PASS", "p:/ä"}}),
              ElementsAre("postgresql://me%40home:p%3A%2F%C3%A4@db1:5432/x?sslmode=disable"));
  EXPECT_THAT(conninfos({{"DATA_SOURCE_URI", "db1"}}), ElementsAre("postgresql://db1"));
}

TEST(DataSource, PrefersTheNameToTheUri) {
  EXPECT_THAT(conninfos({{"DATA_SOURCE_NAME", "host=a"}, {"DATA_SOURCE_URI", "b"}}), ElementsAre("host=a"));
}

TEST(DataSource, ReadsFilesWithoutTheirLastNewline) {
  const SecretFile file("me\n");
  EXPECT_THAT(conninfos({{"DATA_SOURCE_NAME_FILE", file.path()}}), ElementsAre("me"));
  EXPECT_THAT(conninfos({{"DATA_SOURCE_URI_FILE", file.path()}, {"DATA_SOURCE_USER_FILE", file.path()}}),
              ElementsAre("postgresql://me@me"));
}

TEST(DataSource, LeavesThePasswordFileToBeReadAtEachConnect) {
  const Config config = from_environment(
      fake_context({{"DATA_SOURCE_URI", "db1"}, {"DATA_SOURCE_USER", "me"}, {"DATA_SOURCE_PASS_FILE", "/run/secret"}}));
  const Access& access = config.world.targets.at(0)->access;
  EXPECT_EQ(access.conninfo.reveal(), "postgresql://me@db1");
  EXPECT_EQ(access.password_file, "/run/secret");
}

TEST(DataSource, NamesTheVariableThatIsWrong) {
  EXPECT_EQ(environment_error({{"DATA_SOURCE_NAME", "broken"}}),
            "DATA_SOURCE_NAME: conninfo: missing \"=\" after \"broken\"");
  EXPECT_EQ(environment_error({{"DATA_SOURCE_URI_FILE", "/nowhere/uri"}}),
            "DATA_SOURCE_URI_FILE: cannot read /nowhere/uri: No such file or directory");
  EXPECT_THAT(environment_error({{"DATA_SOURCE_URI", "postgresql://db1/x"}}), HasSubstr("without a scheme"));
  EXPECT_THAT(environment_error({{"DATA_SOURCE_USER", "me"}}),
              HasSubstr("DATA_SOURCE_USER is set, but DATA_SOURCE_URI"));
  EXPECT_THAT(environment_error({{"DATA_SOURCE_NAME", "host=a,host=a"}}),
              HasSubstr("DATA_SOURCE_NAME: name \"a:5432/postgres\" is taken by another target"));
}

TEST(DataSource, ShowsNoSecretInErrors) {
  const Variables wrong = {{"DATA_SOURCE_NAME", "host=broken password=geheim,host=broken password=geheim"}};
  EXPECT_THAT(environment_error(wrong), Not(HasSubstr("geheim")));
  EXPECT_THAT(environment_error({{"DATA_SOURCE_URI", "postgresql://me:geheim@db1"}}), Not(HasSubstr("geheim")));
}

}  // namespace
}  // namespace pgwatch::config
