#include <gtest/gtest.h>

#include <stdexcept>

#include "exporter/http/server.h"

namespace pgwatch::http {
namespace {

TEST(Address, IsAHostAndAPort) {
  const Address address = Address::parse("127.0.0.1:9187");
  EXPECT_EQ(address.host, "127.0.0.1");
  EXPECT_EQ(address.port, 9187);
  EXPECT_EQ(Address::parse("localhost:65535").host, "localhost");
}

TEST(Address, WithoutAHostMeansAll) {
  const Address address = Address::parse(":9187");
  EXPECT_EQ(address.host, "");
  EXPECT_EQ(address.port, 9187);
}

TEST(Address, TakesIPv6InBrackets) {
  EXPECT_EQ(Address::parse("[::1]:80").host, "::1");
  EXPECT_EQ(Address::parse("[fe80::1%eth0]:80").host, "fe80::1%eth0");
}

TEST(Address, RefusesWhatIsNone) {
  for (const char* text : {"", "9187", "localhost", "localhost:", "localhost:http", "localhost:65536", "localhost:-1",
                           "::1:9187", "[::1]", "[::1:9187", "[]:9187", "[localhost]:1", "a b:1", ":91 87", ":9187 "})
    EXPECT_THROW(Address::parse(text), std::invalid_argument) << text;
}

TEST(Address, SaysWhatItExpected) {
  try {
    Address::parse("9187");
    FAIL();
  } catch (const std::invalid_argument& error) {
    EXPECT_STREQ(error.what(),
                 "\"9187\" is not an address to listen on: expected :PORT, HOST:PORT or [IPV6]:PORT, such as "
                 "\":9187\" or \"127.0.0.1:9187\"");
  }
}

}  // namespace
}  // namespace pgwatch::http
