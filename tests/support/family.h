// Family: a primary, its standby and the standby's own standby, all of one major, with something of what collectors
// look for.
#pragma once

#include <optional>

#include "tests/support/doings.h"
#include "tests/support/postgres_server.h"

namespace pgwatch::test {

struct Family {
  // All streams are up and have carried something when it returns: the standby `standby`, the cascading standby
  // `second`, and the subscription `copy` of the primary's database copy to its database postgres. Slot `idle` of the
  // primary has nobody. On the primary goes on what Doings do, and both standbys have what that wrote.
  explicit Family(int major);

  PostgresServer primary;
  PostgresServer standby;
  PostgresServer second;
  std::optional<Doings> doings;
};

}  // namespace pgwatch::test
