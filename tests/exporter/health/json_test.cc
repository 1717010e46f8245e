#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "exporter/health/result.h"

namespace pgwatch::health {
namespace {

using testing::HasSubstr;

Result result_for_programs() {
  Result result;
  result.started = std::chrono::system_clock::time_point(std::chrono::seconds(1'700'000'000));
  result.took = std::chrono::microseconds(425'031);
  result.version = "0.1.0";
  result.exit_code = 2;
  result.verdicts = {{.server = "db1",
                      .check = "replication_lag_bytes",
                      .collector = "replication",
                      .subject = "paris",
                      .status = Status::kCritical,
                      .summary = "3 GiB not replayed yet",
                      .value = 3221225472.0,
                      .unit = Unit::kBytes,
                      .threshold = {.warning = 268435456, .critical = 2147483648},
                      .duration = std::chrono::nanoseconds(1'234'567)},
                     {.server = "db1", .check = "up", .status = Status::kOk, .summary = "answers"}};
  return result;
}

TEST(Json, IsOneObjectOnOneLine) {
  EXPECT_EQ(to_json(result_for_programs()),
            "{\"schema\":\"pgwatch.once/v1\",\"status\":\"critical\",\"exit_code\":2,"
            "\"started\":\"2023-11-14T22:13:20Z\",\"duration_s\":0.425031,\"version\":\"0.1.0\","
            "\"counts\":{\"ok\":1,\"inactive\":0,\"skipped\":0,\"warning\":0,\"unknown\":0,\"critical\":1},"
            "\"checks\":[{\"name\":\"replication_lag_bytes\",\"target\":\"db1\",\"subject\":\"paris\","
            "\"collector\":\"replication\",\"status\":\"critical\",\"summary\":\"3 GiB not replayed yet\","
            "\"value\":3221225472,\"unit\":\"B\",\"warn\":268435456,\"crit\":2147483648,"
            "\"duration_ms\":1.235},"
            "{\"name\":\"up\",\"target\":\"db1\",\"subject\":null,\"collector\":null,\"status\":\"ok\","
            "\"summary\":\"answers\",\"value\":null,\"unit\":null,\"warn\":null,\"crit\":null,"
            "\"duration_ms\":0}],\"errors\":[]}\n");
}

TEST(Json, OfNothingIsAnObjectToo) {
  Result failed;
  failed.errors = {"no configuration"};
  failed.exit_code = 3;
  EXPECT_EQ(to_json(failed),
            "{\"schema\":\"pgwatch.once/v1\",\"status\":\"unknown\",\"exit_code\":3,"
            "\"started\":\"1970-01-01T00:00:00Z\",\"duration_s\":0,\"version\":\"\","
            "\"counts\":{\"ok\":0,\"inactive\":0,\"skipped\":0,\"warning\":0,\"unknown\":0,\"critical\":0},"
            "\"checks\":[],\"errors\":[\"no configuration\"]}\n");
}

TEST(Json, EscapesWhatItDidNotMakeItself) {
  Result nasty = result_for_programs();
  nasty.verdicts[0].server = "a\"b\\c";
  nasty.verdicts[0].subject = "line\nbreak\t\x01";
  nasty.verdicts[0].summary = "\xff\xfe no text";
  nasty.errors = {"</script>"};
  const std::string json = to_json(nasty);
  EXPECT_THAT(json, HasSubstr(R"("target":"a\"b\\c")"));
  EXPECT_THAT(json, HasSubstr(R"("subject":"line\nbreak\t\u0001")"));
  EXPECT_THAT(json, HasSubstr("\"summary\":\"\xEF\xBF\xBD\xEF\xBF\xBD no text\""));
  EXPECT_EQ(json.find('\n'), json.size() - 1);
}

TEST(Json, HasNoWordForWhatIsNoNumber) {
  for (const double value : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity(),
                             -std::numeric_limits<double>::infinity()}) {
    Result odd = result_for_programs();
    odd.verdicts.resize(1);
    odd.verdicts[0].value = value;
    EXPECT_THAT(to_json(odd), HasSubstr("\"value\":null"));
  }
}

}  // namespace
}  // namespace pgwatch::health
