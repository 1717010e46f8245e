#include "exporter/postgres/down.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pgwatch::postgres {
namespace {

using testing::EndsWith;

std::string reason_in(std::string_view text) { return std::string(to_string(classify(text).reason)); }

std::string said(const std::string& words) {
  return "connection to server at \"db.example\" (192.0.2.1), port 5432 failed: " + words + "\n";
}

TEST(Down, ReadsTheSqlstateInAnyLanguage) {
  EXPECT_EQ(reason_in(said("FATAL:  28P01: password authentication failed for user \"w\"")), "auth");
  EXPECT_EQ(reason_in(said("ВАЖНО:  28P01: пользователь \"w\" не прошёл проверку")), "auth");
  EXPECT_EQ(reason_in(said("FATAL:  28000: no pg_hba.conf entry for host \"192.0.2.2\"")), "auth");
  EXPECT_EQ(reason_in(said("FATAL:  42501: permission denied for database \"sales\"")), "no_database");
  EXPECT_EQ(reason_in(said("FATAL:  53300: sorry, too many clients already")), "too_many_connections");
  EXPECT_EQ(reason_in(said("FATAL:  57P03: the database system is starting up")), "starting");
  EXPECT_EQ(reason_in(said("FATAL:  57P03: the database system is not yet accepting connections")), "starting");
  EXPECT_EQ(reason_in(said("FATAL:  57P03: the database system is shutting down")), "stopping");
  EXPECT_EQ(reason_in("FATAL:  57P01: terminating connection due to administrator command"), "stopping");
  EXPECT_EQ(reason_in("WARNING:  57P02: terminating connection because of crash"), "stopping");
  EXPECT_EQ(reason_in(said("FATAL:  3D000: database \"sales\" does not exist")), "no_database");
  EXPECT_EQ(reason_in(said("FATAL:  55000: database \"sales\" is not currently accepting connections")), "no_database");
}

TEST(Down, PutsTheCureWhereLibpqAsksItsUser) {
  EXPECT_THAT(classify(said("Connection refused\n\tIs the server running on that host?")).detail,
              EndsWith("Is the server running on that host: check that the server runs and listens there"));
}

TEST(Down, KnowsLibpqsOwnWords) {
  EXPECT_EQ(reason_in("could not translate host name \"db\" to address: Name or service not known"), "dns");
  EXPECT_EQ(reason_in(said("Connection refused\n\tIs the server running on that host?")), "refused");
  EXPECT_EQ(reason_in("connection to server on socket \"/run/.s.PGSQL.1\" failed: No such file or directory"),
            "refused");
  EXPECT_EQ(reason_in(said("timeout expired")), "timeout");
  EXPECT_EQ(reason_in(said("Connection timed out")), "timeout");
  EXPECT_EQ(reason_in(said("server does not support SSL, but SSL was required")), "tls");
  EXPECT_EQ(reason_in(said("SSL error: certificate verify failed")), "tls");
  EXPECT_EQ(reason_in(said("server certificate for \"a\" does not match host name \"b\"")), "tls");
  EXPECT_EQ(reason_in(said("root certificate file \"/x\" does not exist")), "tls");
  EXPECT_EQ(reason_in(said("fe_sendauth: no password supplied")), "auth");
}

TEST(Down, DoesNotMistakeOneTroubleForAnother) {
  EXPECT_EQ(reason_in(said("SSL SYSCALL error: Connection reset by peer")), "other") << "the network under it broke";
  EXPECT_EQ(reason_in(said("SSL SYSCALL error: Connection timed out")), "timeout");
  EXPECT_EQ(reason_in(said("expected authentication request from server, but received H")), "other");
  EXPECT_EQ(reason_in("connection to server at \"certificate.SSL.example\" failed: No route to host"), "other");
  EXPECT_EQ(reason_in(said("Network is unreachable")), "other") << "nobody was there to refuse";
  EXPECT_EQ(reason_in("server closed the connection unexpectedly"), "other");
  EXPECT_EQ(reason_in("invalid port number:  12345 is odd"), "other") << "five digits without a colon are no SQLSTATE";
}

const std::string kRefusedV6 = "connection to server at \"::1\", port 1 failed: Connection refused\n";
const std::string kUnreachable = "connection to server at \"2001:db8::1\", port 1 failed: Network is unreachable\n";
const std::string kStandby = "connection to server at \"192.0.2.7\", port 1 failed: server is in hot standby mode\n";

TEST(Down, WhoGotFurthestGivesTheReason) {
  EXPECT_EQ(reason_in(kRefusedV6 + said("SSL error: certificate verify failed")), "tls");
  EXPECT_EQ(reason_in(kRefusedV6 + said("server closed the connection unexpectedly")), "other");
  EXPECT_EQ(reason_in(kRefusedV6 + said("FATAL:  3D000: database \"sales\" does not exist")), "no_database");
  EXPECT_EQ(reason_in(kRefusedV6 + kUnreachable), "refused") << "what says nothing goes before nothing";
  EXPECT_EQ(reason_in(kUnreachable + kRefusedV6), "refused");
  EXPECT_EQ(reason_in(kRefusedV6 + said("Connection timed out")), "timeout") << "of equals the last";
}

TEST(Down, KnowsServersThatAreNotAsAskedFor) {
  for (const char* words : {"server is in hot standby mode", "server is not in hot standby mode",
                            "session is read-only", "session is not read-only"})
    EXPECT_EQ(reason_in(said(words)), "wrong_role") << words;
  EXPECT_EQ(reason_in(kStandby + kRefusedV6), "wrong_role");
  EXPECT_EQ(reason_in(kStandby + said("FATAL:  57P03: the database system is starting up")), "starting");
}

TEST(Down, DetailBeginsWithWhoGotFurthestAndTellsOfAll) {
  EXPECT_EQ(
      classify(kStandby + kRefusedV6).detail,
      "connection to server at \"192.0.2.7\", port 1 failed: server is in hot standby mode: no server that answers "
      "is what target_session_attrs asks for; connection to server at \"::1\", port 1 failed: Connection refused");
  EXPECT_EQ(
      classify(kRefusedV6 + kRefusedV6).detail,
      "connection to server at \"::1\", port 1 failed: Connection refused: check that the server runs and listens "
      "there");
}

TEST(Down, CureFitsTheTrouble) {
  const auto cure_of = [](const std::string& words) {
    const std::string detail = classify(said(words)).detail;
    return detail.substr(detail.rfind(": ") + 2);
  };
  EXPECT_EQ(cure_of("SSL error: certificate verify failed"),
            "check that the server's certificate has not expired and that sslrootcert has its issuer");
  EXPECT_EQ(cure_of("SSL error: tlsv1 alert unknown ca"), "check sslcert, and its own ssl_ca_file");
  EXPECT_EQ(cure_of("FATAL:  28000: connection requires a valid client certificate"), "give sslcert and sslkey");
  EXPECT_EQ(cure_of("FATAL:  28000: no pg_hba.conf entry for host \"h\""), "check user, password and pg_hba.conf");
  EXPECT_EQ(cure_of("Provide the root certificate file."), "check sslmode and the certificates") << "no .: between";
}

TEST(Down, DetailIsOneLineWithTheCure) {
  EXPECT_EQ(
      classify(said("FATAL:  28P01: password authentication failed for user \"w\"\nLOCATION:  auth_failed, auth.c:1"))
          .detail,
      "connection to server at \"db.example\" (192.0.2.1), port 5432 failed: FATAL: 28P01: password "
      "authentication failed for user \"w\": check user, password and pg_hba.conf");
  EXPECT_EQ(classify("FATAL:  3D000: database \"x\" does not exist\n").detail,
            "FATAL: 3D000: database \"x\" does not exist: say another dbname, or leave the database out");
  EXPECT_EQ(classify("one\n\n\tgoes on\r\ntwo\ntwo\n\x01three\x7f\n").detail, "one goes on; two; three");
  EXPECT_EQ(classify("").detail, "the connection broke without a word");
}

TEST(Down, ADatabaseThatRefusesTheLoginIsToldWithItsGrant) {
  const std::string detail =
      classify(
          "FATAL:  42501: permission denied for database \"my \"lake\"\"\nDETAIL:  User has no CONNECT privilege.\n",
          {.database = R"(my "lake")", .role = "o'brien"})
          .detail;
  EXPECT_THAT(detail, EndsWith(R"(privilege: GRANT CONNECT ON DATABASE "my ""lake""" TO "o'brien";)"));
}

TEST(Down, DetailHoldsNoSecret) {
  EXPECT_EQ(classify("bad string postgres://w:Gehe1m@h/db and password=Gehe1m").detail.find("Gehe1m"),
            std::string::npos);
}

TEST(Down, NamesEveryReason) {
  EXPECT_EQ(to_string(DownReason::kNoPlace), "no_place");
  EXPECT_EQ(to_string(DownReason::kTooManyConnections), "too_many_connections");
}

}  // namespace
}  // namespace pgwatch::postgres
