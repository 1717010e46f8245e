// Toys: collectors made by a test, each to prove one thing the engine promises, and a server to ask them of.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "exporter/host/host.h"
#include "tests/integration/live.h"
#include "tests/integration/shared_server.h"
#include "tests/support/engine_fixture.h"

namespace pgwatch::test {

// Gives pg_NAME_value.
inline Collector toy(std::string name, Source source) {
  return {
      .name = std::move(name), .help = "A toy.", .source = std::move(source), .columns = {gauge("value", "A value.")}};
}

inline Collector toy(std::string name, std::string sql) {
  return toy(std::move(name), Source(std::vector<Sql>{{sql}}));
}

inline Rows one_value(std::string_view value) {
  Rows rows({"value"});
  rows.add({value});
  return rows;
}

class Toys : public SharedServer {
 protected:
  // A backend that the test before has left at work could be taken for one of this test's.
  void SetUp() override { ASSERT_TRUE(has_no_backend(*server_)); }

  static TestWorld world(std::vector<Collector> collectors) {
    return test_world(server_->conninfo(), std::move(collectors));
  }
};

}  // namespace pgwatch::test
