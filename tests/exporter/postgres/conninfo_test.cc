#include "exporter/postgres/conninfo.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <stdexcept>

#include "exporter/postgres/connection.h"
#include "tests/support/temporary_folder.h"

namespace pgwatch::postgres {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

// A variable of the environment for the time of a test.
class Variable {
 public:
  Variable(const char* name, const std::string& value) : name_(name) {
    if (const char* before = std::getenv(name)) before_ = before;
    ::setenv(name, value.c_str(), 1);
  }
  ~Variable() {
    if (before_)
      ::setenv(name_, before_->c_str(), 1);
    else
      ::unsetenv(name_);
  }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
  std::optional<std::string> before_;
};

Conninfo read(const std::string& text) { return Conninfo(Secret(text)); }

using Parameters = std::map<std::string, std::string>;

Parameters parameters_of(const Conninfo& conninfo, std::string_view database = "", const Secret& password = Secret()) {
  const auto list = conninfo.parameters(conninfo.endpoints(), database, password);
  return {list.begin(), list.end()};
}

std::string refusal(const std::string& text) {
  try {
    read(text);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "";
}

TEST(Conninfo, ReadsKeywords) {
  const Conninfo conninfo = read("host=db.example port=6432 dbname='my sales' user=w");
  EXPECT_THAT(conninfo.endpoints(), ElementsAre(Endpoint{"db.example", "", "6432"}));
  EXPECT_EQ(conninfo.database(), "my sales");
  EXPECT_EQ(conninfo.address(), "db.example:6432");
}

TEST(Conninfo, ReadsUris) {
  const Conninfo conninfo = read("postgresql://w:s%20p@[2001:db8::1]:1,other/sales?application_name=mine");
  EXPECT_THAT(conninfo.endpoints(), ElementsAre(Endpoint{"2001:db8::1", "", "1"}, Endpoint{"other", "", "5432"}));
  EXPECT_EQ(conninfo.address(), "[2001:db8::1]:1,other:5432");
  EXPECT_EQ(parameters_of(conninfo).at("password"), "s p");
  EXPECT_EQ(parameters_of(conninfo).at("application_name"), "mine");
}

TEST(Conninfo, OnePortServesAllHosts) {
  EXPECT_THAT(read("host=a,b,/run port=7").endpoints(),
              ElementsAre(Endpoint{"a", "", "7"}, Endpoint{"b", "", "7"}, Endpoint{"/run", "", "7"}));
  EXPECT_THAT(read("host=a,b port=7,").endpoints(), ElementsAre(Endpoint{"a", "", "7"}, Endpoint{"b", "", "5432"}));
}

TEST(Conninfo, PairsHostsWithTheirAddresses) {
  const Conninfo conninfo = read("host=a,b hostaddr=192.0.2.1,");
  EXPECT_THAT(conninfo.endpoints(), ElementsAre(Endpoint{"a", "192.0.2.1", "5432"}, Endpoint{"b", "", "5432"}));
  EXPECT_THAT(read("hostaddr=192.0.2.1").endpoints(), ElementsAre(Endpoint{"", "192.0.2.1", "5432"}));
  EXPECT_EQ(read("hostaddr=192.0.2.1").address(), "192.0.2.1:5432");
}

TEST(Conninfo, WithoutAHostItIsTheDefaultSocket) {
  const Conninfo conninfo = read("user=w");
  ASSERT_EQ(conninfo.endpoints().size(), 1u);
  EXPECT_TRUE(conninfo.endpoints()[0].is_socket());
  EXPECT_EQ(conninfo.address(), "localhost:5432");
  EXPECT_FALSE(parameters_of(conninfo).contains("host"));
}

TEST(Conninfo, KnowsWhatMustBeLookedUp) {
  EXPECT_TRUE((Endpoint{"db.example", "", "1"}.needs_lookup()));
  EXPECT_FALSE((Endpoint{"db.example", "192.0.2.1", "1"}.needs_lookup()));
  EXPECT_FALSE((Endpoint{"192.0.2.1", "", "1"}.needs_lookup()));
  EXPECT_FALSE((Endpoint{"::1", "", "1"}.needs_lookup()));
  for (const char* socket : {"", "/run/postgresql", "@abstract"}) {
    EXPECT_FALSE((Endpoint{socket, "", "1"}.needs_lookup())) << socket;
    EXPECT_TRUE((Endpoint{socket, "", "1"}.is_socket())) << socket;
  }
  EXPECT_FALSE((Endpoint{"", "192.0.2.1", "1"}.is_socket()));
}

TEST(Conninfo, DatabaseIsTheUserWhereNoneIsNamed) {
  EXPECT_EQ(read("user=w").database(), "w");
  EXPECT_EQ(read("host=a user=w dbname=d").database(), "d");
}

TEST(Conninfo, ReadsTheEnvironment) {
  const Variable host("PGHOST", "env.example");
  const Variable port("PGPORT", "99");
  const Variable user("PGUSER", "someone");
  EXPECT_EQ(read("").address(), "env.example:99");
  EXPECT_EQ(read("  ").database(), "someone");
  EXPECT_EQ(read("host=b").address(), "b:99");
}

TEST(Conninfo, ReadsTheServiceFile) {
  const pgwatch::test::TemporaryFolder folder;
  const Variable file("PGSERVICEFILE", folder.write("services",
                                                    "[lake]\nhost=a,b\nport=1,2\ndbname=sales\n"
                                                    "[other]\nhost=c\nsslmode=require\n"));
  EXPECT_EQ(read("service=lake").address(), "a:1,b:2");
  EXPECT_EQ(read("service=lake").database(), "sales");
  EXPECT_EQ(read("service=lake dbname=else").database(), "else") << "the string goes before the service";
  EXPECT_THAT(refusal("service=none"), HasSubstr("\"none\" not found"));
  const Variable service("PGSERVICE", "other");
  EXPECT_EQ(read("").address(), "c:5432");
  EXPECT_EQ(parameters_of(read("")).at("sslmode"), "require");
  EXPECT_EQ(read("service=lake").address(), "a:1,b:2");
  EXPECT_EQ(parameters_of(read("service=lake")).at("service"), "lake")
      << "or libpq would add what the environment's says";
}

TEST(Conninfo, KeepsWhatTheUserSaid) {
  const Parameters said = parameters_of(
      read("host=a sslmode=verify-full target_session_attrs=read-write application_name=mine gssencmode=prefer "
           "keepalives_idle=7 tcp_user_timeout=1 password=p"));
  EXPECT_EQ(said.at("sslmode"), "verify-full");
  EXPECT_EQ(said.at("target_session_attrs"), "read-write");
  EXPECT_EQ(said.at("application_name"), "mine");
  EXPECT_EQ(said.at("gssencmode"), "prefer");
  EXPECT_EQ(said.at("keepalives_idle"), "7");
  EXPECT_EQ(said.at("tcp_user_timeout"), "1");
  EXPECT_EQ(said.at("password"), "p");
}

TEST(Conninfo, AddsOurDefaultsWhereTheUserSaidNothing) {
  const Parameters ours = parameters_of(read("host=a"));
  EXPECT_EQ(ours.at("application_name"), "pgwatch");
  EXPECT_EQ(ours.at("gssencmode"), "disable");
  EXPECT_EQ(ours.at("tcp_user_timeout"), "10000");
  EXPECT_EQ(ours.at("keepalives_count"), "3");
  EXPECT_EQ(ours.at("client_encoding"), "UTF8");
  EXPECT_EQ(ours.at("sslmode"), "prefer");
  EXPECT_EQ(ours.at("target_session_attrs"), "any");
  EXPECT_FALSE(parameters_of(read("fallback_application_name=x")).contains("application_name"));
}

TEST(Conninfo, PasswordFileGoesBeforeThePasswordOfTheString) {
  EXPECT_EQ(parameters_of(read("password=old"), "", Secret("new")).at("password"), "new");
  EXPECT_EQ(parameters_of(read("password=old"), "other").at("password"), "old");
  EXPECT_EQ(parameters_of(read("password=old"), "a=b").at("dbname"), "a=b");
}

TEST(Conninfo, AddressesFoundGoBesideTheHosts) {
  const auto list =
      read("host=a,/run port=7")
          .parameters({{"a", "192.0.2.1", "7"}, {"a", "2001:db8::1", "7"}, {"/run", "", "7"}}, "", Secret());
  const Parameters found(list.begin(), list.end());
  EXPECT_EQ(found.at("host"), "a,a,/run");
  EXPECT_EQ(found.at("hostaddr"), "192.0.2.1,2001:db8::1,");
  EXPECT_EQ(found.at("port"), "7,7,7");
}

TEST(Conninfo, RefusesWhatCannotBe) {
  EXPECT_THAT(refusal("hots=a"), HasSubstr("invalid connection option \"hots\""));
  EXPECT_THAT(refusal("host=a,b port=1,2,3"), HasSubstr("could not match 3 port numbers to 2 hosts"));
  EXPECT_THAT(refusal("host=a sslmode=maybe"), HasSubstr("invalid sslmode value"));
  EXPECT_THAT(refusal("host=a port=99999"), HasSubstr("a port is not a number from 1 to 65535"));
  EXPECT_THAT(refusal("host=a port=x"), HasSubstr("a port is not a number"));
  EXPECT_NE(refusal("just_a_name"), "");
}

TEST(Conninfo, RefusesWhatLibpqSeesOnlyWhenItConnects) {
  EXPECT_EQ(refusal("host=a target_session_attrs=nonsense"),
            "connection string: target_session_attrs: expected any, read-write, read-only, primary, standby or "
            "prefer-standby");
  for (const std::string keyword : {"connect_timeout", "keepalives", "keepalives_idle", "keepalives_interval",
                                    "keepalives_count", "tcp_user_timeout"}) {
    for (const std::string value : {"x", "1x", "1.5", "99999999999"})
      EXPECT_EQ(refusal("host=a " + keyword + "=" + value),
                "connection string: " + keyword + ": expected a whole number");
    for (const std::string value : {"0", "7", "-1", "' +7 '", "''"})
      EXPECT_EQ(refusal("host=a " + keyword + "=" + value), "") << value;
  }
  for (const char* word : {"any", "read-write", "read-only", "primary", "standby", "prefer-standby"})
    EXPECT_EQ(refusal("host=a target_session_attrs=" + std::string(word)), "") << word;
  const Variable attributes("PGTARGETSESSIONATTRS", "nonsense");
  EXPECT_THAT(refusal("host=a"), HasSubstr("target_session_attrs: expected any"));
}

// -- The password file ------------------------------------------------------------------------------------------------

class ConninfoPassfile : public testing::Test {
 protected:
  std::string path(std::filesystem::perms mode) const {
    const std::filesystem::path file = folder_.write(".pgpass", "*:*:*:*:Gehe1m\n");
    std::filesystem::permissions(file, mode);
    return file.string();
  }
  std::string open_to_others() const { return path(std::filesystem::perms(0644)); }
  std::string own() const { return path(std::filesystem::perms(0600)); }

  const pgwatch::test::TemporaryFolder folder_;
};

TEST_F(ConninfoPassfile, IsUsedWhereOnlyItsOwnerReadsIt) {
  const Conninfo conninfo = read("host=a passfile=" + own());
  EXPECT_EQ(conninfo.passfile_complaint(), "");
  EXPECT_EQ(parameters_of(conninfo).at("passfile"), own());
  EXPECT_FALSE(parameters_of(conninfo).contains("password")) << "libpq looks it up, for each host anew";
}

TEST_F(ConninfoPassfile, IsKeptFromLibpqWhileOthersMayReadIt) {
  const std::string file = open_to_others();
  const Conninfo conninfo = read("host=a passfile=" + file);
  EXPECT_EQ(conninfo.passfile_complaint(),
            "password file " + file + " is not used: others than its owner may use it; cure: chmod 0600");
  EXPECT_NE(parameters_of(conninfo).at("passfile"), file);
  EXPECT_EQ(parameters_of(conninfo).at("passfile"), "/dev/null/none");
  own();
  EXPECT_EQ(parameters_of(conninfo).at("passfile"), file) << "cured since";
}

TEST_F(ConninfoPassfile, MakesLibpqSayNothingOnStderr) {
  const Variable file("PGPASSFILE", open_to_others());
  testing::internal::CaptureStderr();
  const Conninfo conninfo = read("host=127.0.0.1 port=1");
  const Connection connection(conninfo.parameters(conninfo.endpoints(), "", Secret()));
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  EXPECT_NE(conninfo.passfile_complaint(), "");
}

TEST_F(ConninfoPassfile, IsThatOfTheHomeWhereNoneIsNamed) {
  const Variable home("HOME", folder_.path().string());
  EXPECT_EQ(parameters_of(read("host=a")).at("passfile"), folder_.path().string() + "/.pgpass");
  EXPECT_EQ(read("host=a").passfile_complaint(), "") << "there is none";
  open_to_others();
  EXPECT_THAT(read("host=a").passfile_complaint(), HasSubstr("/.pgpass is not used"));
  EXPECT_EQ(read("host=a password=p").passfile_complaint(), "") << "nobody asks for it";
}

TEST_F(ConninfoPassfile, IsAPlainFile) {
  EXPECT_THAT(read("host=a passfile=/dev/null").passfile_complaint(),
              HasSubstr("/dev/null is not used: it is no plain"));
}

TEST(Conninfo, RefusalsHoldNoSecret) {
  for (const char* text :
       {"host=a password=foo Gehe1m", "host=a password=foo Gehe1m=x", "host=a password='Gehe1m",
        "postgres://w:Gehe1m@[::1", "postgres://w:%zzGehe1m@h/db", "postgres://w:Gehe1m%00@h/db",
        "postgres://h/db?password=Gehe1m&oops", "postgres://h/db?password=a=Gehe1m", "postgres://w:Gehe1m@h/db?hots=1",
        "host=a password=Gehe1m sslmode=maybe", "postgres://w:Ge/he1m@h/db", "host=a sslmode=Gehe1m",
        "postgres://w:Ge@he1m@h/db", "postgres://w:Ge@ss:he1m@h:5432/db"}) {
    const std::string why = refusal(text);
    EXPECT_NE(why, "") << text;
    EXPECT_THAT(why, Not(HasSubstr("he1m"))) << text;
    EXPECT_THAT(why, Not(HasSubstr("\"Ge"))) << text;
  }
}

}  // namespace
}  // namespace pgwatch::postgres
