#include "exporter/util/address.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace pgwatch {
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

std::string complaint(const std::string& text) {
  try {
    Address::parse(text);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "";
}

TEST(Address, RefusesWhatIsNone) {
  for (const char* text :
       {"",          "9187",  "localhost", "localhost:", "localhost:http", "localhost:65536", "localhost:-1",
        "::1:9187",  "[::1]", "[::1:9187", "[]:9187",    "[localhost]:1",  "[abc]:9187",      "[a:b:c]:1",
        "[%eth0]:1", "a b:1", "a/b:1",     "a\tb:1",     ":91 87",         ":9187 ",          ":1x"})
    EXPECT_NE(complaint(text), "") << text;
}

TEST(Address, SaysWhatItExpected) {
  EXPECT_EQ(complaint("9187"), "expected HOST:PORT, as :9187, 127.0.0.1:9187 or [::1]:9187");
  EXPECT_EQ(complaint(":65536"), "expected HOST:PORT, as :9187, 127.0.0.1:9187 or [::1]:9187; a port is 0 to 65535");
}

}  // namespace
}  // namespace pgwatch
