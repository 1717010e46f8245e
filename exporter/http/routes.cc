#include "exporter/http/routes.h"

#include <algorithm>

#include "exporter/http/landing.h"
#include "exporter/http/scrape.h"

namespace pgwatch::http {
namespace {

struct Route {
  std::string path;
  Handler handler;
};

using Routes = std::vector<Route>;

// It says the page's own style and no other thing is to be used, whatever comes to stand in it one day.
constexpr const char* kPagePolicy = "default-src 'none'; style-src 'unsafe-inline'";

Handler landing(std::string page) {
  return [page = std::move(page)](const Request&, const Reply& reply) {
    reply({.content_type = "text/html; charset=utf-8",
           .headers = {{"Content-Security-Policy", kPagePolicy}},
           .body = [page] { return page; }});
  };
}

void healthy(const Request&, const Reply& reply) { reply(Response::text(200, "pgwatch is healthy.\n")); }

Handler readiness(std::function<bool()> ready) {
  return [ready = std::move(ready)](const Request&, const Reply& reply) {
    if (ready())
      reply(Response::text(200, "pgwatch is ready.\n"));
    else
      reply(Response::text(503, "pgwatch is not ready: it has not yet tried every target once.\n"));
  };
}

Response no_such_path(const Routes& routes, const std::string& path) {
  std::string text = "There is nothing at " + path + ".\nThere are:";
  for (const Route& route : routes) text += ' ' + route.path;
  return Response::text(404, text + '\n');
}

Response no_such_method(const std::string& method) {
  Response response = Response::text(405, method + " is not answered here; use GET or HEAD.\n");
  response.headers.emplace_back("Allow", "GET, HEAD");
  return response;
}

// The first route of a path wins: the telemetry path may be "/".
void dispatch(const Routes& routes, const Request& request, const Reply& reply) {
  const auto route =
      std::find_if(routes.begin(), routes.end(), [&](const Route& one) { return one.path == request.path; });
  if (route == routes.end()) return reply(no_such_path(routes, request.path));
  if (request.method != "GET" && request.method != "HEAD") return reply(no_such_method(request.method));
  route->handler(request, reply);
}

}  // namespace

Handler make_routes(Backend backend_given, const RouteOptions& options) {
  const auto backend = std::make_shared<const Backend>(std::move(backend_given));
  Routes routes;
  routes.push_back({options.telemetry_path,
                    [backend](const Request& request, const Reply& reply) { scrape(backend, request, reply); }});
  if (options.telemetry_path != "/")
    routes.push_back({"/", landing(landing_page(options.version, options.telemetry_path))});
  routes.push_back({"/-/healthy", &healthy});
  routes.push_back({"/-/ready", readiness(backend->ready)});
  return [routes = std::move(routes)](const Request& request, const Reply& reply) { dispatch(routes, request, reply); };
}

}  // namespace pgwatch::http
