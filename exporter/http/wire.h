// Wire: between our values and libmicrohttpd's.
#pragma once

#include <microhttpd.h>

#include "exporter/http/rendering.h"
#include "exporter/http/server.h"

namespace pgwatch::http {

// A request's target as it came.
struct Target {
  std::string query = {};
  std::size_t size = 0;
};

// Takes the query away from libmicrohttpd, which would keep an entry for each argument in the connection's memory and,
// in 0.9.75, close without a word where that is full. REQUIRES: libmicrohttpd is about to read the target.
Target take_query(const char* target);

// Of these two REQUIRES: the header is complete.
Request read_request(MHD_Connection* connection, std::string_view path, std::string_view query,
                     std::string_view method);
// What is said to a request whose line or header is longer than this; else none.
std::optional<Response> complaint_of_size(MHD_Connection* connection, std::string_view method, std::size_t target_size,
                                          std::size_t most);

// Whether a body follows the header.
bool announces_body(const Request& request);

// Hands it to libmicrohttpd; MHD_NO closes the connection.
MHD_Result send(MHD_Connection* connection, Rendered rendered);

}  // namespace pgwatch::http
