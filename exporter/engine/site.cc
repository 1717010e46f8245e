#include "exporter/engine/site.h"

#include <algorithm>

namespace pgwatch {

bool Site::asks_per_database() const {
  return std::ranges::any_of(target->instruments, [](const InstrumentPtr& instrument) {
    return instrument->collector().scope == Scope::kDatabase;
  });
}

std::unique_ptr<Link> Site::open_link(const std::string& database, Milliseconds statement_timeout,
                                      postgres::SearchPath search_path, LinkOwner& owner) {
  places.open();
  const LinkServices link_services{services.loop, services.blocking, services.resolver};
  return std::make_unique<Link>(
      link_services, LinkSpec{target->access, database, statement_timeout, search_path, needs}, conninfo, owner);
}

void Site::close_link(std::unique_ptr<Link>& link, Milliseconds statement_timeout) {
  if (!link) return;
  const Link::Traffic traffic = link->take_traffic();
  services.telemetry.traffic(target->name, traffic.statements, traffic.bytes);
  const SteadyTime until = std::chrono::steady_clock::now() + statement_timeout + std::chrono::seconds{1};
  if (const auto backend = link->backend_at_work())
    places.abandon(*backend, until);
  else
    places.close();
  link.reset();
}

void Site::expire_places() {
  const std::size_t expired = places.expire(std::chrono::steady_clock::now());
  if (expired > 0) services.telemetry.place_expired(target->name, expired);
}

}  // namespace pgwatch
