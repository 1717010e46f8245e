#include <gtest/gtest.h>

#include "exporter/http/server.h"
#include "tests/support/http_client.h"

namespace pgwatch::http {
namespace {

// Text that does not shrink, from a small generator that is the same everywhere.
std::string noise(std::size_t size) {
  std::string text;
  std::uint32_t state = 1;
  while (text.size() < size) text += static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
  return text;
}

TEST(Gzip, ComesBackWhole) {
  for (const std::string& text : {std::string(), std::string("a"), std::string(5'000'000, 'x'), noise(1'000'000)}) {
    const std::string compressed = gzip(text);
    EXPECT_TRUE(test::gunzip(compressed) == text) << "of size " << text.size();
  }
}

TEST(Gzip, Shrinks) { EXPECT_LT(gzip(std::string(100'000, 'x')).size(), 1'000u); }

TEST(AcceptsGzip, WhereItIsNamed) {
  EXPECT_TRUE(accepts_gzip("gzip"));
  EXPECT_TRUE(accepts_gzip("deflate, GZIP"));
  EXPECT_TRUE(accepts_gzip("br;q=1.0, gzip;q=0.8, *;q=0.1"));
  EXPECT_TRUE(accepts_gzip("gzip ; q=0.001"));
  EXPECT_TRUE(accepts_gzip("x-gzip"));
  EXPECT_TRUE(accepts_gzip("*"));
}

TEST(AcceptsGzip, NotWhereItIsAbsentOrRefused) {
  EXPECT_FALSE(accepts_gzip(""));
  EXPECT_FALSE(accepts_gzip("identity"));
  EXPECT_FALSE(accepts_gzip("gzipped, deflate"));
  EXPECT_FALSE(accepts_gzip("gzip;q=0"));
  EXPECT_FALSE(accepts_gzip("gzip; Q=0.000"));
  EXPECT_FALSE(accepts_gzip("*;q=0"));
}

TEST(AcceptsGzip, ByItsOwnWordBeforeTheStars) {
  EXPECT_FALSE(accepts_gzip("*, gzip;q=0"));
  EXPECT_TRUE(accepts_gzip("*;q=0, gzip"));
}

}  // namespace
}  // namespace pgwatch::http
