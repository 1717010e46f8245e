#include "exporter/engine/site.h"

#include <poll.h>

#include <algorithm>

namespace pgwatch {

UndecidedLogin::UndecidedLogin(Loop& loop, std::unique_ptr<postgres::Connection> login, const Task& over)
    : connection(std::move(login)), decided(loop, over), patience(loop) {
  decided.want(connection->socket(), POLLIN);
  patience.at(std::chrono::steady_clock::now() + kPatience, over);
}

bool Site::asks_per_database() const {
  return std::ranges::any_of(target->instruments, [](const InstrumentPtr& instrument) {
    return instrument->collector().scope == Scope::kDatabase;
  });
}

std::unique_ptr<Link> Site::open_link(const std::string& database, Milliseconds statement_timeout,
                                      postgres::SearchPath search_path, LinkOwner& owner,
                                      std::optional<postgres::Endpoint> endpoint) {
  places().open();
  const LinkServices link_services{services.loop, services.blocking, services.resolver,
                                   [this] {
                                     const bool may = places().kept_may_open();
                                     if (may) places().open();
                                     return may;
                                   },
                                   [this](auto login) { keep_login(std::move(login)); }};
  LinkSpec spec{target->access, database, statement_timeout, search_path, needs, std::move(endpoint)};
  return std::make_unique<Link>(link_services, std::move(spec), conninfo, owner);
}

void Site::close_link(std::unique_ptr<Link>& link, Milliseconds statement_timeout) {
  if (!link) return;
  const Link::Traffic traffic = link->take_traffic();
  services.telemetry.traffic(target->name, traffic.statements, traffic.bytes);
  const SteadyTime until = std::chrono::steady_clock::now() + statement_timeout + std::chrono::seconds{1};
  if (const auto backend = link->backend_at_work())
    places().abandon(*backend, until);
  else if (auto login = link->take_undecided_login())
    keep_login(std::move(login));
  else
    places().close();
  link.reset();
}

void Site::keep_login(std::unique_ptr<postgres::Connection> login) {
  Occupancy* const here = occupancy.get();
  const postgres::Connection* const known_by = login.get();
  here->undecided_logins.emplace_back(services.loop, std::move(login), [here, known_by] {
    here->undecided_logins.remove_if([&](const UndecidedLogin& one) { return one.connection.get() == known_by; });
    here->places.close();
  });
}

void Site::expire_places() {
  const std::size_t expired = places().expire(std::chrono::steady_clock::now());
  if (expired > 0) services.telemetry.place_expired(target->name, expired);
}

}  // namespace pgwatch
