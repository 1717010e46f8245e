// Rendering: a Response made ready to be sent.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "exporter/http/server.h"

namespace pgwatch::http {

struct Rendered {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers;
  std::optional<std::string> body;  // none: its size is not known (HEAD)
};

// Calls the body's function and compresses what it gives, where the client takes that and it is worth it. An exception
// becomes a logged 500.
Rendered render(const Request& request, Response response);

// What the client gets where the log has the cause.
Response internal_error();

// The exception being handled, as text.
std::string current_error();

}  // namespace pgwatch::http
