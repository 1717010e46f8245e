// The exporter as we ship it, beside a server that wants the password that systemd hands over.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/exposition.h"
#include "tests/systemd/shipped.h"

namespace pgwatch::test {
namespace {

class ShippedCredential : public ShippedBesideServer<ShippedCredential> {
 protected:
  // The file is root's alone; what pgwatch reads is systemd's copy.
  void start_with(const std::string& password) const {
    machine().write(kPassword, password);
    machine().systemctl({"restart", kExporter});
  }

  std::string reason() const {
    const std::vector<Sample> down = Exposition(page_within(machine())).all("pgwatch_target_down");
    return down.empty() ? "" : down.front().labels.at("reason");
  }
};

INSTANTIATE_TEST_SUITE_P(, ShippedCredential, every_systemd(), systemd_name);

TEST_P(ShippedCredential, OpensTheServer) {
  start_with(password_of("pgwatch"));
  EXPECT_TRUE(machine().becomes(kExporter, "StatusText", "1 target, 1 up")) << machine().journal(kExporter);
  EXPECT_EQ(Exposition(page_within(machine())).value("pg_up", {{"server", "main"}}), 1);
}

TEST_P(ShippedCredential, IsRefusedByTheServerWhereItIsWrong) {
  start_with(kWrong);
  EXPECT_TRUE(machine().becomes(kExporter, "StatusText", "1 target, 0 up"));
  EXPECT_EQ(reason(), "auth") << page_within(machine());
}

}  // namespace
}  // namespace pgwatch::test
