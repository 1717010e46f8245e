// Wire: between our values and libmicrohttpd's.
#pragma once

#include <microhttpd.h>

#include "exporter/http/rendering.h"
#include "exporter/http/server.h"

namespace pgwatch::http {

// REQUIRES: the header is complete.
Request read_request(MHD_Connection* connection, std::string_view target, std::string_view method);

// Whether a body follows the header.
bool announces_body(const Request& request);

// Hands it to libmicrohttpd; MHD_NO closes the connection.
MHD_Result send(MHD_Connection* connection, Rendered rendered);

}  // namespace pgwatch::http
