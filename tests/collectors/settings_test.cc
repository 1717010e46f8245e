#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "collectors/catalogue.h"
#include "exporter/model/instrument.h"
#include "exporter/postgres/session.h"
#include "tests/collectors/answer.h"
#include "tests/exporter/model/emitted.h"

namespace pgwatch::collectors {
namespace {

using testing::HasSubstr;

Rows settings_rows(const std::vector<std::array<const char*, 3>>& settings) {
  Rows rows({"name", "setting", "unit"});
  for (const auto& [name, setting, unit] : settings)
    rows.add({Cell(name), Cell(setting), *unit == '\0' ? Cell() : Cell(unit)});
  return rows;
}

std::string emitted_settings(const std::vector<std::array<const char*, 3>>& rows) {
  return test::emitted(settings(), settings_rows(rows));
}

TEST(Settings, AreSwitchesAndNumbers) {
  EXPECT_EQ(emitted_settings({{"autovacuum", "on", ""},
                              {"fsync", "off", ""},
                              {"max_connections", "100", ""},
                              {"seq_page_cost", "1.5", ""}}),
            "pg_settings_autovacuum 1\n"
            "pg_settings_fsync 0\n"
            "pg_settings_max_connections 100\n"
            "pg_settings_seq_page_cost 1.5\n");
}

TEST(Settings, BecomeSeconds) {
  EXPECT_EQ(emitted_settings({{"a", "9", "ms"},
                              {"b", "0.25", "ms"},
                              {"c", "30", "s"},
                              {"d", "1440", "min"},
                              {"e", "2", "h"},
                              {"f", "3", "d"},
                              {"g", "1500", "us"}}),
            "pg_settings_a_seconds 0.009\n"
            "pg_settings_b_seconds 0.00025\n"
            "pg_settings_c_seconds 30\n"
            "pg_settings_d_seconds 86400\n"
            "pg_settings_e_seconds 7200\n"
            "pg_settings_f_seconds 259200\n"
            "pg_settings_g_seconds 0.0015\n");
}

TEST(Settings, BecomeBytes) {
  EXPECT_EQ(emitted_settings({{"a", "16384", "8kB"},
                              {"b", "4096", "kB"},
                              {"c", "1024", "MB"},
                              {"d", "16777216", "B"},
                              {"e", "2", "16MB"},
                              {"f", "3", "32kB"},
                              {"g", "2147483647", "8kB"},
                              {"h", "1", "1GB"},
                              {"i", "1", "TB"}}),
            "pg_settings_a_bytes 134217728\n"
            "pg_settings_b_bytes 4194304\n"
            "pg_settings_c_bytes 1073741824\n"
            "pg_settings_d_bytes 16777216\n"
            "pg_settings_e_bytes 33554432\n"
            "pg_settings_f_bytes 98304\n"
            "pg_settings_g_bytes 17592186036224\n"
            "pg_settings_h_bytes 1073741824\n"
            "pg_settings_i_bytes 1099511627776\n");
}

// It means off, automatic or without bound; in any unit.
TEST(Settings, KeepMinusOne) {
  EXPECT_EQ(emitted_settings({{"autovacuum_work_mem", "-1", "kB"},
                              {"vacuum_cost_delay", "-1", "ms"},
                              {"wal_buffers", "-1", "8kB"},
                              {"log_parameter_max_length", "-1", "B"}}),
            "pg_settings_autovacuum_work_mem_bytes -1\n"
            "pg_settings_log_parameter_max_length_bytes -1\n"
            "pg_settings_vacuum_cost_delay_seconds -1\n"
            "pg_settings_wal_buffers_bytes -1\n");
}

TEST(Settings, MayBeInfiniteOrNoNumber) {
  EXPECT_EQ(emitted_settings({{"a", "inf", ""}, {"b", "-inf", "ms"}, {"c", "nan", ""}, {"d", "1e+10", ""}}),
            "pg_settings_a +Inf\n"
            "pg_settings_b_seconds -Inf\n"
            "pg_settings_c NaN\n"
            "pg_settings_d 10000000000\n");
}

TEST(Settings, AreLeftOutWhereNobodyKnowsWhatTheyMean) {
  EXPECT_EQ(emitted_settings({{"a", "7", "furlong"}, {"b", "seven", ""}, {"c", "", ""}, {"d", "1", "8"}}), "");
}

TEST(Settings, HaveNamesOfMetrics) {
  EXPECT_EQ(emitted_settings({{"auto_explain.log-nested$statements", "on", ""}, {"plpgsql.größe", "on", ""}}),
            "pg_settings_auto_explain_log_nested_statements 1\n"
            "pg_settings_plpgsql_gr____e 1\n");
}

TEST(Settings, OfOneNameAreToldOnceAndCounted) {
  const Instrument instrument(settings());
  Sink sink(instrument.metrics());
  instrument.emit(settings_rows({{"my.level", "1", ""}, {"my_level", "2", ""}}), sink);
  const Samples samples = sink.take_samples();
  EXPECT_EQ(samples.duplicates(), 1U);
  ASSERT_EQ(samples.families().size(), 1U);
  EXPECT_EQ(samples.families()[0].samples.at(0).value, Number(1));
}

TEST(Settings, SayWhatTheyAreIn) {
  const Instrument instrument(settings());
  Sink sink(instrument.metrics());
  instrument.emit(settings_rows({{"work_mem", "4096", "kB"}, {"fsync", "on", ""}}), sink);
  const Samples samples = sink.take_samples();
  EXPECT_EQ(samples.families().at(0).metric->help, "Server parameter work_mem, in bytes.");
  EXPECT_EQ(samples.families().at(1).metric->help, "Server parameter fsync.");
}

// A setting of our session is not the server's.
TEST(Settings, AreNotThoseOfOurOwnSession) {
  const std::string sql = test::statement(settings(), 180000);
  const std::string listed = sql.substr(0, sql.find("THEN reset_val"));
  for (const std::string& statement : postgres::session_statements({}))
    for (std::size_t at = statement.find("('"); at != std::string::npos; at = statement.find("('", at + 1)) {
      const std::string name = statement.substr(at + 1, statement.find('\'', at + 2) - at);
      if (name == "'search_path'" || name.ends_with("_encoding'")) continue;  // texts, so they are none of these
      EXPECT_THAT(listed, HasSubstr(name));
    }
}

}  // namespace
}  // namespace pgwatch::collectors
