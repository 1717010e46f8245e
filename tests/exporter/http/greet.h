// The handler of tests that are not about what it says.
#pragma once

#include "exporter/http/server.h"

namespace pgwatch::http {

inline void greet(const Request&, const Reply& reply) { reply(Response::text(200, "hello")); }

}  // namespace pgwatch::http
