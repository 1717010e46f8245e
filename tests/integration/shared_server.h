// SharedServer: one real server for all tests of a suite, which leave it as it was.
#pragma once

#include <gtest/gtest.h>

#include <memory>

#include "tests/support/postgres_server.h"

namespace pgwatch::test {

class SharedServer : public testing::Test {
 protected:
  static void SetUpTestSuite() { server_ = std::make_unique<PostgresServer>(); }
  static void TearDownTestSuite() { server_.reset(); }

  inline static std::unique_ptr<PostgresServer> server_;
};

}  // namespace pgwatch::test
