#include <gtest/gtest.h>

#include "collectors/systemd/catalogue.h"
#include "tests/collectors/looking.h"

namespace pgwatch::collectors {
namespace {

using test::managed;
using test::seen;

TEST(Sockets, CountTheirConnections) {
  const auto systemd = std::make_shared<const Systemd>(Systemd{.managers = {{}}});
  EXPECT_EQ(test::Looking(sockets(systemd))
                .lines({seen({managed("a.socket", {{"NAccepted", "9"}, {"NConnections", "2"}, {"NRefused", "1"}}),
                              managed("a.service", {})})}),
            "systemd_socket_accepted_connections_total{manager=\"system\",name=\"a.socket\"} 9\n"
            "systemd_socket_current_connections{manager=\"system\",name=\"a.socket\"} 2\n"
            "systemd_socket_refused_connections_total{manager=\"system\",name=\"a.socket\"} 1\n");
}

}  // namespace
}  // namespace pgwatch::collectors
