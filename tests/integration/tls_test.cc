// TLS to the server: who must answer, who we are, and what a person reads where either is wrong.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "tests/integration/authority.h"
#include "tests/integration/live.h"

namespace pgwatch::test {
namespace {

using testing::HasSubstr;
using testing::Not;

PostgresOptions with_tls(const Certificate& certificate, const Authority& clients) {
  // The role that certificates are for may log in by nothing else.
  return {.settings = {"ssl = on", "ssl_cert_file = '" + certificate.file + "'",
                       "ssl_key_file = '" + certificate.key_file + "'", "ssl_ca_file = '" + clients.root_file() + "'"},
          .hba = {"hostssl all certified 127.0.0.1/32 cert", "host all certified 127.0.0.1/32 reject"}};
}

struct Lab {
  Authority authority{"Trusted"};
  Authority stranger{"Stranger"};
  PostgresServer good{with_tls(authority.sign({.common_name = "db", .alternative_name = "DNS:localhost"}), authority)};
  PostgresServer expired{
      with_tls(authority.sign({.common_name = "db", .alternative_name = "DNS:localhost", .expired = true}), authority)};
  PostgresServer plain{};
};

class Tls : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    lab_ = std::make_unique<Lab>();
    lab_->good.sql(run(pgwatch_command({"--grants=certified"})));
  }
  static void TearDownTestSuite() { lab_.reset(); }

  // What is said of a server goes before the conninfo of its usual address.
  static std::string strict(const std::string& host, const PostgresServer& server, const Authority& authority) {
    const std::string usual = server.conninfo();
    return host + usual.substr(usual.find(" port=")) + " sslmode=verify-full sslrootcert=" + authority.root_file();
  }
  static std::string certified(const std::string& more) {
    return "host=localhost port=" + std::to_string(lab_->good.port()) +
           " user=certified dbname=postgres sslmode=verify-full sslrootcert=" + lab_->authority.root_file() + more;
  }
  static std::string with(const Certificate& certificate) {
    return " sslcert=" + certificate.file + " sslkey=" + certificate.key_file;
  }

  inline static std::unique_ptr<Lab> lab_;
};

// The line of the log that says why a server is down.
std::string line_of(const std::string& log, const std::string& server) {
  const std::size_t at = log.find("server=" + server + " ");
  return at == std::string::npos ? "" : log.substr(at, log.find('\n', at) - at);
}

// A target that cannot be had, the reason, and what a person reads.
struct Refusal {
  Watched target;
  std::string reason;
  std::string words;
};

std::string expect_refusals(const std::vector<Refusal>& refusals) {
  std::vector<Watched> targets;
  for (const Refusal& refusal : refusals) targets.push_back(refusal.target);
  const Pgwatch pgwatch(config_of(targets));
  const Exposition page = scrape(pgwatch).page;
  const std::string log = pgwatch.log();
  for (const Refusal& refusal : refusals) {
    EXPECT_TRUE(is_down(page, refusal.target.name, refusal.reason));
    EXPECT_THAT(line_of(log, refusal.target.name), HasSubstr(refusal.words));
  }
  return log;
}

TEST_F(Tls, KnowsTheServerThatShallAnswer) {
  // Its name is looked up by us and not by libpq, and still it is the name that must be in the certificate.
  const Pgwatch pgwatch(config_of({
      {"name", strict("host=localhost", lab_->good, lab_->authority)},
      {"address", strict("host=localhost hostaddr=127.0.0.1", lab_->good, lab_->authority)},
  }));
  const Exposition page = scrape(pgwatch).page;
  EXPECT_TRUE(is_whole(page, "name"));
  EXPECT_TRUE(is_whole(page, "address"));
  EXPECT_EQ(
      lab_->good.value("SELECT bool_and(ssl) AND count(*) >= 2 FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) "
                       "WHERE usename = 'pgwatch'"),
      "t");
}

TEST_F(Tls, TrustsNobodyElse) {
  const Lab& lab = *lab_;
  const std::string cannot_verify =
      "certificate verify failed: check that the server's certificate has not expired and that sslrootcert has its "
      "issuer";
  expect_refusals({
      {{"other_name", strict("host=db.example hostaddr=127.0.0.1", lab.good, lab.authority)},
       "tls",
       R"(server certificate for \"localhost\" does not match host name \"db.example\": say a host that is in)"},
      {{"by_address", strict("host=127.0.0.1", lab.good, lab.authority)},
       "tls",
       R"(does not match host name \"127.0.0.1\": say a host that is in the server's certificate)"},
      {{"unknown_issuer", strict("host=localhost", lab.good, lab.stranger)}, "tls", cannot_verify},
      {{"expired", strict("host=localhost", lab.expired, lab.authority)}, "tls", cannot_verify},
      {{"plain", strict("host=localhost", lab.plain, lab.authority)},
       "tls",
       "server does not support SSL, but SSL was required: turn on ssl in the server, or say another sslmode"},
      {{"no_root", lab.good.conninfo() + " sslmode=verify-full sslrootcert=/no/such/root.pem"},
       "tls",
       R"(root certificate file \"/no/such/root.pem\" does not exist)"},
  });
}

TEST_F(Tls, LogsInByItsOwnCertificate) {
  const Certificate own = lab_->authority.sign({.common_name = "certified"});
  const Certificate locked = lab_->authority.sign({.common_name = "certified", .passphrase = "Gehe1m"});
  const Pgwatch pgwatch(config_of({
      {"own", certified(with(own))},
      {"locked", certified(with(locked) + " sslpassword=Gehe1m")},
  }));
  const Exposition page = scrape(pgwatch).page;
  EXPECT_TRUE(is_whole(page, "own"));
  EXPECT_TRUE(is_whole(page, "locked"));
  EXPECT_EQ(lab_->good.value("SELECT string_agg(DISTINCT client_dn, ' ') FROM pg_stat_ssl"), "/CN=certified");
  EXPECT_THAT(pgwatch.log(), Not(HasSubstr("Gehe1m")));
}

TEST_F(Tls, IsNotLetInWithoutTheRightCertificate) {
  Authority& authority = lab_->authority;
  const std::string refused = ": the server refuses our certificate: check sslcert, and its own ssl_ca_file";
  expect_refusals({
      {{"none", certified("")}, "auth", "connection requires a valid client certificate: give sslcert and sslkey"},
      {{"no_file", certified(" sslcert=/no/such/file")}, "auth", "give sslcert and sslkey"},
      {{"somebody", certified(with(authority.sign({.common_name = "somebody"})))},
       "auth",
       "the certificate's common name must be the role's, or pg_ident.conf must map it"},
      {{"expired", certified(with(authority.sign({.common_name = "certified", .expired = true})))},
       "tls",
       "alert certificate expired" + refused},
      {{"stranger", certified(with(lab_->stranger.sign({.common_name = "certified"})))},
       "tls",
       "alert unknown ca" + refused},
  });
}

TEST_F(Tls, NamesTheKeyThatIsWrong) {
  Authority& authority = lab_->authority;
  const Certificate own = authority.sign({.common_name = "certified"});
  const Certificate other = authority.sign({.common_name = "certified"});
  const Certificate open = authority.sign({.common_name = "certified"});
  std::filesystem::permissions(open.key_file, std::filesystem::perms(0644));
  const Certificate locked = authority.sign({.common_name = "certified", .passphrase = "Gehe1m"});
  const auto file = [](const Certificate& one) { return R"(private key file \")" + one.key_file + R"(\")"; };
  const std::string cure = ": check sslkey and sslpassword";
  const std::string log = expect_refusals({
      {{"open", certified(with(open))}, "tls", file(open) + " has group or world access; file must have permissions"},
      {{"missing", certified(" sslcert=" + own.file + " sslkey=/no/such.key")},
       "tls",
       R"(certificate present, but not private key file \"/no/such.key\")" + cure},
      {{"other", certified(" sslcert=" + own.file + " sslkey=" + other.key_file)}, "tls", file(other) + ": key values"},
      {{"locked", certified(with(locked))}, "tls", file(locked)},
      {{"wrong", certified(with(locked) + " sslpassword=Fa1sch")}, "tls", file(locked)},
  });
  EXPECT_THAT(log, Not(HasSubstr("Gehe1m")));
  EXPECT_THAT(log, Not(HasSubstr("Fa1sch")));
}

TEST_F(Tls, ARenewedCertificateNeedsNoRestart) {
  const Certificate old = lab_->authority.sign({.common_name = "certified", .expired = true});
  const Pgwatch pgwatch(config_of({{"renewed", certified(with(old))}}));
  ASSERT_TRUE(is_down(scrape(pgwatch).page, "renewed", "tls"));
  const Certificate fresh = lab_->authority.sign({.common_name = "certified"});
  std::filesystem::rename(fresh.key_file, old.key_file);
  std::filesystem::rename(fresh.file, old.file);
  EXPECT_TRUE(becomes_whole(pgwatch, "renewed"));
}

}  // namespace
}  // namespace pgwatch::test
