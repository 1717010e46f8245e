#include "exporter/model/number.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <limits>
#include <locale>

namespace pgwatch {
namespace {

std::string spelled(Number number) {
  std::string text;
  number.append_to(text);
  return text;
}

// As read and written again; "nothing" where it cannot be read.
std::string through(std::string_view text) {
  const auto number = Number::parse(text);
  return number ? spelled(*number) : "nothing";
}

TEST(Number, KeepsIntegersOf64BitsExact) {
  for (const std::string text : {"0", "-1", "9007199254740993", "9223372036854775807", "-9223372036854775808",
                                 "9223372036854775808", "18446744073709551615"})
    EXPECT_EQ(through(text), text);
}

TEST(Number, ReadsWhatIsTooBigFor64BitsAsDouble) {
  EXPECT_EQ(through("18446744073709551616"), "18446744073709551616");
  EXPECT_EQ(through("18446744073709551617"), "18446744073709551616");
  EXPECT_EQ(through("-9223372036854775809"), "-9223372036854775808");
  EXPECT_EQ(Number::parse("123456789012345678901234567890")->as_double(), 123456789012345678901234567890.0);
}

TEST(Number, ReadsPostgresSpellingsOfFractions) {
  EXPECT_EQ(through("1e+20"), "1e+20");
  EXPECT_EQ(through("0.1"), "0.1");
  EXPECT_EQ(through("-1.5e-07"), "-1.5e-07");
  EXPECT_EQ(through("12.500"), "12.5");
}

TEST(Number, ReadsNotANumberAndInfinity) {
  EXPECT_EQ(through("NaN"), "NaN");
  EXPECT_EQ(through("Infinity"), "+Inf");
  EXPECT_EQ(through("-Infinity"), "-Inf");
}

TEST(Number, ReadsBooleans) {
  for (const char* yes : {"t", "true", "on"}) EXPECT_EQ(through(yes), "1") << yes;
  for (const char* no : {"f", "false", "off"}) EXPECT_EQ(through(no), "0") << no;
}

TEST(Number, RefusesWhatIsNoNumber) {
  for (const char* text : {"",   " ",    "1 ",  " 1",  "1x",     "1.2.3",    "--1", "+",   "-", ".",   "e5",
                           "1e", "0x10", "inf", "nan", "nan(1)", "infinity", "INF", "yes", "T", "1,5", "{1}"})
    EXPECT_EQ(through(text), "nothing") << '"' << text << '"';
}

TEST(Number, RefusesWhatNoDoubleCanHold) { EXPECT_EQ(through("1e400"), "nothing"); }

TEST(Number, WritesWholeDoublesWithoutExponent) {
  EXPECT_EQ(spelled(1e5), "100000");
  EXPECT_EQ(spelled(-3.0), "-3");
  EXPECT_EQ(spelled(9007199254740992.0), "9007199254740992");
}

TEST(Number, WritesDoublesSoThatTheyReadBackTheSame) {
  for (const double value : {0.1, 1.0 / 3, 1e300, 5e-324, 1.7976931348623157e308, 9007199254740994.0, 1e22})
    EXPECT_EQ(std::strtod(spelled(value).c_str(), nullptr), value) << spelled(value);
}

struct Comma : std::numpunct<char> {
  char do_decimal_point() const override { return ','; }
  char do_thousands_sep() const override { return '.'; }
  std::string do_grouping() const override { return "\3"; }
};

TEST(Number, KnowsNoLocale) {
  const std::locale before = std::locale::global(std::locale(std::locale(), new Comma));
  const std::string written = through("1234567.5") + " " + through("1234567");
  std::locale::global(before);
  EXPECT_EQ(written, "1234567.5 1234567");
}

TEST(Number, ComparesIntegersByValueWhateverTheirType) {
  EXPECT_EQ(Number(5U), Number(5));
  EXPECT_EQ(Number(true), Number(1));
  EXPECT_NE(Number(std::numeric_limits<std::uint64_t>::max()), Number(-1));
}

}  // namespace
}  // namespace pgwatch
