// Scrape: the telemetry path. A request becomes questions to the engine, their answer becomes a page.
#pragma once

#include <memory>

#include "exporter/http/routes.h"

namespace pgwatch::http {

// Any thread; the reply comes from the backend's.
void scrape(const std::shared_ptr<const Backend>& backend, const Request& request, const Reply& reply);

}  // namespace pgwatch::http
