#include "exporter/http/rendering.h"

#include <exception>

#include "exporter/util/log.h"

namespace pgwatch::http {
namespace {

constexpr std::size_t kWorthCompressing = 1024;

void make_body(const Request& request, Response& response, Rendered& rendered) {
  rendered.body = response.body();
  if (rendered.body->size() <= kWorthCompressing) return;
  rendered.headers.emplace_back("Vary", "Accept-Encoding");
  if (!accepts_gzip(request.header("accept-encoding"))) return;
  rendered.body = gzip(*rendered.body);
  rendered.headers.emplace_back("Content-Encoding", "gzip");
}

Rendered try_render(const Request& request, Response response) {
  Rendered rendered{response.status, std::move(response.headers), std::nullopt};
  rendered.headers.emplace_back("Content-Type", response.content_type);
  if (response.body) make_body(request, response, rendered);
  return rendered;
}

}  // namespace

Rendered render(const Request& request, Response response) {
  try {
    return try_render(request, std::move(response));
  } catch (...) {
    log::error("cannot render a page", {{"path", request.path}, {"error", current_error()}});
  }
  return try_render(request, internal_error());
}

Response internal_error() { return Response::text(500, "pgwatch could not answer this request. Its log says why.\n"); }

std::string current_error() {
  try {
    throw;
  } catch (const std::exception& error) {
    return error.what();
  } catch (...) {
    return "an exception of unknown type";
  }
}

}  // namespace pgwatch::http
