#include "exporter/config/nearest.h"

#include <gtest/gtest.h>

#include <vector>

namespace pgwatch::config {
namespace {

const std::vector<std::string> kKnown = {"targets", "timeouts", "labels", "password_file"};

TEST(EditDistance, CountsLettersMoreLessOtherAndSwapped) {
  EXPECT_EQ(edit_distance("label", "label"), 0U);
  EXPECT_EQ(edit_distance("labels", "label"), 1U);
  EXPECT_EQ(edit_distance("abel", "label"), 1U);
  EXPECT_EQ(edit_distance("lavel", "label"), 1U);
  EXPECT_EQ(edit_distance("albel", "label"), 1U);
  EXPECT_EQ(edit_distance("", "label"), 5U);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
}

TEST(Nearest, FindsWhatWasMeant) {
  EXPECT_EQ(nearest("tragets", kKnown), "targets");
  EXPECT_EQ(nearest("timeout", kKnown), "timeouts");
  EXPECT_EQ(nearest("password", kKnown), "password_file");
}

TEST(Nearest, FindsNothingForAnotherWord) {
  EXPECT_EQ(nearest("databases", kKnown), "");
  EXPECT_EQ(nearest("", kKnown), "");
  EXPECT_EQ(nearest(std::string(100'000, 'a'), kKnown), "");
}

TEST(KnownWords, ListsThemAll) {
  EXPECT_EQ(known_words("labls", std::vector<std::string>{"labels", "log"}),
            "; did you mean \"labels\"? Known are: labels, log");
  EXPECT_EQ(known_words("zzzzz", std::vector<std::string>{"labels", "log"}), ". Known are: labels, log");
}

}  // namespace
}  // namespace pgwatch::config
