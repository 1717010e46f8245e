#include <gtest/gtest.h>

#include "collectors/catalogue.h"
#include "tests/collectors/answer.h"

namespace pgwatch::collectors {
namespace {

TEST(SslSessions, TellHowClientsAreConnected) {
  EXPECT_EQ(
      test::emitted_from(ssl_sessions(),
                         {{{"ssl", "on"},
                           {"version", "TLSv1.3"},
                           {"cipher", "TLS_AES_256_GCM_SHA384"},
                           {"client", "remote"},
                           {"sessions", "7"}},
                          {{"ssl", "off"}, {"version", ""}, {"cipher", ""}, {"client", "socket"}, {"sessions", "2"}}}),
      R"(pg_ssl_sessions{ssl="on",version="TLSv1.3",cipher="TLS_AES_256_GCM_SHA384",client="remote"} 7
pg_ssl_sessions{ssl="off",version="",cipher="",client="socket"} 2
)");
}

}  // namespace
}  // namespace pgwatch::collectors
