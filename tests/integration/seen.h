// Seen: what one role is told of a server, to be held against what another is.
#pragma once

#include <set>
#include <string>

#include "tests/support/exposition.h"

namespace pgwatch::test {

// Lines of a configuration that turn on every collector of servers.
std::string all_collectors();

// Every collector of servers has answered, and none has failed.
bool has_all_answers(const Exposition& page, const std::string& server);

// Every metric that is told of this server.
std::set<std::string> metrics_of(const Exposition& page, const std::string& server);

}  // namespace pgwatch::test
