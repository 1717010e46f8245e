#include "exporter/health/result.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pgwatch::health {
namespace {

using testing::ElementsAre;
using testing::Pair;

Result result_of(const std::vector<Status>& statuses) {
  Result result;
  for (const Status status : statuses) {
    Verdict verdict;
    verdict.status = status;
    result.verdicts.push_back(verdict);
  }
  return result;
}

TEST(Result, IsAsItsGravestVerdict) {
  EXPECT_EQ(result_of({Status::kOk, Status::kWarning, Status::kOk}).status(), Status::kWarning);
  EXPECT_EQ(result_of({Status::kWarning, Status::kUnknown}).status(), Status::kUnknown);
  EXPECT_EQ(result_of({Status::kUnknown, Status::kCritical, Status::kWarning}).status(), Status::kCritical);
}

// Who asks a primary whether it receives has asked, and been told that all is as it should be.
TEST(Result, IsWellWhereThereIsNothingToJudge) {
  EXPECT_EQ(result_of({Status::kInactive, Status::kSkipped}).status(), Status::kOk);
}

TEST(Result, IsUnknownWhereNothingWasChecked) {
  EXPECT_EQ(result_of({}).status(), Status::kUnknown);
  EXPECT_EQ(result_of({Status::kSkipped, Status::kSkipped}).status(), Status::kUnknown);
}

TEST(Result, IsAtLeastUnknownWithAnError) {
  Result result = result_of({Status::kOk});
  result.errors = {"no check is called uq"};
  EXPECT_EQ(result.status(), Status::kUnknown);
  result.verdicts[0].status = Status::kCritical;
  EXPECT_EQ(result.status(), Status::kCritical);
}

TEST(Result, CountsEveryStatusZerosToo) {
  EXPECT_THAT(result_of({Status::kOk, Status::kOk, Status::kCritical}).counts(),
              ElementsAre(Pair(Status::kOk, 2), Pair(Status::kInactive, 0), Pair(Status::kSkipped, 0),
                          Pair(Status::kWarning, 0), Pair(Status::kUnknown, 0), Pair(Status::kCritical, 1)));
}

}  // namespace
}  // namespace pgwatch::health
