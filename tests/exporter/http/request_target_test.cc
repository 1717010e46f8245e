#include "exporter/http/request_target.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pgwatch::http {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

TEST(RequestTarget, HasAPathWhereItNamesTheWholeUrlToo) {
  EXPECT_EQ(path_of("/metrics"), "/metrics");
  EXPECT_EQ(path_of("http://host:9187/metrics"), "/metrics");
  EXPECT_EQ(path_of("http://host"), "/");
  EXPECT_EQ(path_of("/a://b"), "/a://b");
}

TEST(RequestTarget, KeepsArgumentsInOrderAndRepeatedOnes) {
  EXPECT_THAT(parse_query("collect[]=b&collect[]=a&x"),
              ElementsAre(Pair("collect[]", "b"), Pair("collect[]", "a"), Pair("x", "")));
  EXPECT_THAT(parse_query(""), IsEmpty());
  EXPECT_THAT(parse_query("&&"), IsEmpty());
}

TEST(RequestTarget, DecodesWhatIsACodeAndNothingElse) {
  EXPECT_THAT(parse_query("collect%5b%5D=a+b%2Bc"), ElementsAre(Pair("collect[]", "a b+c")));
  EXPECT_THAT(parse_query("a=%&b=%4&c=%zz&d=%-1"),
              ElementsAre(Pair("a", "%"), Pair("b", "%4"), Pair("c", "%zz"), Pair("d", "%-1")));
  EXPECT_THAT(parse_query("a=%2541"), ElementsAre(Pair("a", "%41"))) << "once";
}

}  // namespace
}  // namespace pgwatch::http
