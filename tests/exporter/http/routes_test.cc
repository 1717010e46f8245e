#include "exporter/http/routes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pgwatch::http {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;

Backend backend() {
  Backend made;
  made.ask = [](Backend::Ask, const std::function<void(Snapshot)>& done) { done({}); };
  made.world = [] { return std::make_shared<const World>(); };
  made.report = [](const Snapshot&) { return std::vector<BlockPtr>{}; };
  made.scraped = [](const Page&, const Snapshot&) {};
  made.ready = [] { return true; };
  return made;
}

// These routes answer before they return.
Response answer(const Handler& routes, const std::string& path, const std::string& method = "GET") {
  Response response;
  routes({.method = method, .path = path}, Reply([&](Response given) { response = std::move(given); }));
  return response;
}

Handler usual_routes() { return make_routes(backend(), {.version = "1.2.3"}); }

TEST(Routes, HaveALandingPageThatNamesVersionAndWays) {
  const Response response = answer(usual_routes(), "/");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.content_type, "text/html; charset=utf-8");
  const std::string page = response.body();
  EXPECT_THAT(page, HasSubstr("pgwatch <small>1.2.3</small>"));
  for (const char* path : {"/metrics", "/-/healthy", "/-/ready"})
    EXPECT_THAT(page, HasSubstr(std::string("href=\".") + path + '"'));
}

TEST(Routes, HaveALandingPageThatNeedsNothingFromElsewhere) {
  const std::string page = answer(usual_routes(), "/").body();
  for (const char* elsewhere : {"http:", "https:", "src=", "@import", "url(", "<script", "<link"})
    EXPECT_THAT(page, Not(HasSubstr(elsewhere)));
}

TEST(Routes, EscapeWhatTheLandingPageShows) {
  const Handler routes = make_routes(backend(), {.telemetry_path = "/a\"b<c>&d", .version = "<1>"});
  const std::string page = answer(routes, "/").body();
  EXPECT_THAT(page, HasSubstr("href=\"./a&quot;b&lt;c&gt;&amp;d\""));
  EXPECT_THAT(page, HasSubstr("&lt;1&gt;"));
}

TEST(Routes, GiveTheRootToTheMetricsWhereTheyAreConfiguredThere) {
  const Handler routes = make_routes(backend(), {.telemetry_path = "/", .version = "1"});
  EXPECT_EQ(answer(routes, "/").content_type, kExpositionContentType);
  EXPECT_EQ(answer(routes, "/metrics").status, 404);
}

TEST(Routes, SayHealthyAtOnceWhateverTheBackendDoes) {
  Backend hung = backend();
  hung.ready = [] { return false; };
  const Response response = answer(make_routes(hung, {}), "/-/healthy");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body(), "pgwatch is healthy.\n");
}

TEST(Routes, SayReadyWhenTheBackendIs) {
  bool ready = false;
  Backend starting = backend();
  starting.ready = [&] { return ready; };
  const Handler routes = make_routes(starting, {});
  EXPECT_EQ(answer(routes, "/-/ready").status, 503);
  EXPECT_EQ(answer(routes, "/-/ready").body(), "pgwatch is not ready: it has not yet tried every target once.\n");
  ready = true;
  EXPECT_EQ(answer(routes, "/-/ready").status, 200);
  EXPECT_EQ(answer(routes, "/-/ready").body(), "pgwatch is ready.\n");
}

TEST(Routes, NameThePathsThereAreWhereThereIsNone) {
  const Response response = answer(usual_routes(), "/nowhere");
  EXPECT_EQ(response.status, 404);
  EXPECT_EQ(response.body(), "There is nothing at /nowhere.\nThere are: /metrics / /-/healthy /-/ready\n");
}

TEST(Routes, MatchWholePaths) {
  for (const char* path : {"/metrics/", "/metrics/sub", "/metric", "/-/healthyy", "/METRICS", "", "*", "//"})
    EXPECT_EQ(answer(usual_routes(), path).status, 404) << path;
}

TEST(Routes, RefuseOtherMethodsAndSayWhich) {
  for (const char* method : {"POST", "PUT", "DELETE", "OPTIONS", "get"}) {
    const Response response = answer(usual_routes(), "/metrics", method);
    EXPECT_EQ(response.status, 405) << method;
    EXPECT_THAT(response.headers, Contains(Pair("Allow", "GET, HEAD")));
  }
  EXPECT_EQ(answer(usual_routes(), "/nowhere", "POST").status, 404);
}

TEST(Routes, AnswerHeadLikeGet) {
  for (const char* path : {"/", "/-/healthy", "/-/ready"}) {
    EXPECT_EQ(answer(usual_routes(), path, "HEAD").status, 200);
    EXPECT_EQ(answer(usual_routes(), path, "HEAD").body(), answer(usual_routes(), path).body());
  }
}

}  // namespace
}  // namespace pgwatch::http
