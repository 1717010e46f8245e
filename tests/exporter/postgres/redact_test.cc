#include <gtest/gtest.h>

#include "exporter/postgres/conninfo.h"

namespace pgwatch::postgres {
namespace {

TEST(Redact, LeavesTextWithoutSecretsAlone) {
  for (const char* text : {"", "host=a port=5432", "fe_sendauth: no password supplied",
                           "FATAL:  28P01: password authentication failed for user \"watcher\"",
                           "postgres://db.example:5432/sales?sslmode=require", "postgres://watcher@db.example/sales"})
    EXPECT_EQ(redact(text), text);
}

TEST(Redact, HidesTheValueOfAKeyword) {
  EXPECT_EQ(redact("host=a password=s3cret dbname=b"), "host=a password=*** dbname=b");
  EXPECT_EQ(redact("password=s3cret"), "password=***");
  EXPECT_EQ(redact("password = s3cret port=1"), "password = *** port=1");
  EXPECT_EQ(redact("PASSWORD=s3cret"), "PASSWORD=***");
  EXPECT_EQ(redact("PGPASSWORD=s3cret psql"), "PGPASSWORD=*** psql");
  EXPECT_EQ(redact("sslpassword=s3cret host=a"), "sslpassword=*** host=a");
  EXPECT_EQ(redact("oauth_client_secret=s3cret x=y"), "oauth_client_secret=*** x=y");
  EXPECT_EQ(redact("password=a&b,c;d host=a"), "password=*** host=a");
  EXPECT_EQ(redact("password="), "password=***");
}

TEST(Redact, KnowsWhereAQuotedOrEscapedValueEnds) {
  EXPECT_EQ(redact("password='s3 cret' host=a"), "password=***' host=a");
  EXPECT_EQ(redact(R"(password='it\'s mine' host=a)"), "password=***' host=a");
  EXPECT_EQ(redact(R"(password='ends in \\' host=a)"), "password=***' host=a");
  EXPECT_EQ(redact(R"(password=with\ blank host=a)"), "password=*** host=a");
  EXPECT_EQ(redact("password='never closed host=a"), "password=***");
  EXPECT_EQ(redact("password=\"s3 cret\" host=a"), "password=***\" host=a");
  EXPECT_EQ(redact("password=ends\\"), "password=***");
}

TEST(Redact, HidesThePasswordOfAUri) {
  EXPECT_EQ(redact("postgres://watcher:s3cret@h/db"), "postgres://watcher:***@h/db");
  EXPECT_EQ(redact("cannot reach postgresql://watcher:s3cret@h:5432/db today"),
            "cannot reach postgresql://watcher:***@h:5432/db today");
  EXPECT_EQ(redact("postgres://:s3cret@h"), "postgres://:***@h");
  EXPECT_EQ(redact("postgres://w:p@ss/w:o?r d@h/db"), "postgres://w:***@h/db");
  EXPECT_EQ(redact("postgres://w:%40%2Fx@[::1]:1,b:2/db"), "postgres://w:***@[::1]:1,b:2/db");
}

TEST(Redact, HidesThePasswordInAUrisQuery) {
  EXPECT_EQ(redact("postgres://h/db?user=w&password=s3cret"), "postgres://h/db?user=w&password=***");
  EXPECT_EQ(redact("postgres://h/db?sslpassword=s3cret x"), "postgres://h/db?sslpassword=*** x");
  EXPECT_EQ(redact("postgres://w:one@h/db?password=two"), "postgres://w:***@h/db?password=***");
}

TEST(Redact, HidesEverySecretOfManyLines) {
  EXPECT_EQ(redact("password=a1 x\npostgres://w:b2@h\npassword=c3"),
            "password=*** x\npostgres://w:***@h\npassword=***");
}

// Whatever the spelling, the secret's own letters are gone.
TEST(Redact, LetsNoSpellingThrough) {
  for (const char* before : {"password=", "password = ", "Password=", "sslpassword='", "PGPASSWORD=", "password=\"",
                             "postgres://u:", "postgresql://u:x@y", "x?password=", "&sslpassword="})
    for (const char* after : {"@h/db", "' host=a @", "\" @", "&sslmode=require@h", "", "\n@"}) {
      const std::string text = std::string(before) + "Gehe1m" + after;
      const bool uri_without_end = text.find("://") != std::string::npos && text.find("@", 20) == std::string::npos;
      if (uri_without_end || text.find("\n@") != std::string::npos) continue;  // no password: it never ends in an @
      EXPECT_EQ(redact(text).find("Gehe1m"), std::string::npos) << text;
    }
}

TEST(RedactSecret, TakesItOutWhereverItStands) {
  EXPECT_EQ(redact("a S3cret, a S3cretS3cret", "S3cret"), "a ***, a ******");
  EXPECT_EQ(redact("**", "*"), "******");
  EXPECT_EQ(redact("nothing to hide", "S3cret"), "nothing to hide");
  EXPECT_EQ(redact("nothing to hide", ""), "nothing to hide");
}

TEST(RedactSecret, KnowsWhatIsOne) {
  for (const char* keyword : {"password", "sslpassword", "oauth_client_secret"}) EXPECT_TRUE(is_secret(keyword));
  for (const char* keyword : {"user", "passfile", "host"}) EXPECT_FALSE(is_secret(keyword)) << keyword;
}

}  // namespace
}  // namespace pgwatch::postgres
