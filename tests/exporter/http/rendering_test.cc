#include "exporter/http/rendering.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "tests/support/http_client.h"

namespace pgwatch::http {
namespace {

using ::testing::Contains;
using ::testing::Not;
using ::testing::Pair;

Request accepting(const std::string& encoding) { return {.method = "GET", .headers = {{"accept-encoding", encoding}}}; }

TEST(Rendering, CompressesALargeBodyForWhoTakesIt) {
  const std::string text(5'000, 'x');
  const Rendered rendered = render(accepting("gzip"), Response::text(200, text));
  EXPECT_THAT(rendered.headers, Contains(Pair("Content-Encoding", "gzip")));
  EXPECT_THAT(rendered.headers, Contains(Pair("Vary", "Accept-Encoding")));
  EXPECT_EQ(test::gunzip(*rendered.body), text);
}

TEST(Rendering, SaysThatALargeBodyVariesAlsoToWhoDoesNotTakeIt) {
  const std::string text(5'000, 'x');
  const Rendered rendered = render(accepting("identity"), Response::text(200, text));
  EXPECT_THAT(rendered.headers, Not(Contains(Pair("Content-Encoding", "gzip"))));
  EXPECT_THAT(rendered.headers, Contains(Pair("Vary", "Accept-Encoding")));
  EXPECT_EQ(*rendered.body, text);
}

TEST(Rendering, LeavesASmallBodyAlone) {
  const Rendered rendered = render(accepting("gzip"), Response::text(200, std::string(1'024, 'x')));
  EXPECT_EQ(rendered.body->size(), 1'024u);
  EXPECT_THAT(rendered.headers, Not(Contains(Pair("Vary", "Accept-Encoding"))));
}

TEST(Rendering, KeepsStatusTypeAndHeaders) {
  const Rendered rendered =
      render({}, {.status = 418, .content_type = "text/tea", .headers = {{"A", "b"}}, .body = [] { return "tea"; }});
  EXPECT_EQ(rendered.status, 418);
  EXPECT_THAT(rendered.headers, Contains(Pair("Content-Type", "text/tea")));
  EXPECT_THAT(rendered.headers, Contains(Pair("A", "b")));
}

TEST(Rendering, OfNoBodyHasNone) { EXPECT_FALSE(render({}, {.status = 200}).body.has_value()); }

TEST(Rendering, ThatThrowsIsA500WithoutTheSecretsOfItsCause) {
  const auto fail = []() -> std::string { throw std::runtime_error("password=hunter2"); };
  const Rendered rendered = render({}, {.headers = {{"Content-Encoding", "odd"}}, .body = fail});
  EXPECT_EQ(rendered.status, 500);
  EXPECT_EQ(*rendered.body, "pgwatch could not answer this request. Its log says why.\n");
  EXPECT_THAT(rendered.headers, Not(Contains(Pair("Content-Encoding", "odd"))));
}

TEST(Rendering, SurvivesWhatIsNoException) {
  const auto fail = []() -> std::string { throw 42; };
  EXPECT_EQ(render({}, {.body = fail}).status, 500);
}

}  // namespace
}  // namespace pgwatch::http
