// Site: everything about one target that its parts share. Owned by Watch, on the loop's thread.
#pragma once

#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "exporter/engine/desk.h"
#include "exporter/engine/host_reader.h"
#include "exporter/engine/link.h"
#include "exporter/engine/places.h"
#include "exporter/engine/telemetry.h"
#include "exporter/model/world.h"

namespace pgwatch {

struct EngineServices {
  Loop& loop;
  Blocking& blocking;
  Resolver& resolver;
  HostReader& host;
  Desk& desk;
  Telemetry& telemetry;
  Task attempted;  // a target has been tried
};

// A connection that asked to be let in and that nobody waits for any more. Closed now, it could leave a backend at work
// that nobody counts, and the next try another one. So it stays, and keeps its place, until the server has decided; or
// until its patience ends, since a network may have lost it.
struct UndecidedLogin {
  UndecidedLogin(Loop& loop, std::unique_ptr<postgres::Connection> login, const Task& over);

  static constexpr std::chrono::minutes kPatience{1};  // what a server gives a login by default

  std::unique_ptr<postgres::Connection> connection;
  SocketWatch decided;
  Timer patience;
};

// What we hold at a server. It belongs to the server and not to the way we watch it: it outlives a reload that changes
// the access, so that no backend is forgotten.
struct Occupancy {
  explicit Occupancy(int cap) : places(cap) {}

  Places places;
  std::list<UndecidedLogin> undecided_logins;
};

struct Site {
  EngineServices services;
  TargetPtr target;
  postgres::Conninfo conninfo;
  std::shared_ptr<Occupancy> occupancy;
  std::vector<QuestionPtr> questions;
  std::vector<std::string> needs;  // of all its collectors
  Milliseconds turn_interval{60'000};
  SteadyTime last_scraped;

  Places& places() const { return occupancy->places; }
  bool scraped_lately(SteadyTime now) const { return now - last_scraped <= std::chrono::minutes{5}; }
  bool asks_per_database() const;

  // A connection takes a place when it opens and gives it back when it ends, at once or, where a backend stays at work,
  // when that is gone.
  // At `endpoint` where one is given, else where the conninfo leads.
  std::unique_ptr<Link> open_link(const std::string& database, Milliseconds statement_timeout,
                                  postgres::SearchPath search_path, LinkOwner& owner,
                                  std::optional<postgres::Endpoint> endpoint = {});
  void close_link(std::unique_ptr<Link>& link, Milliseconds statement_timeout);
  void keep_login(std::unique_ptr<postgres::Connection> login);  // with its place
  // Gives back the places of abandoned connections whose time has passed.
  void expire_places();
};

}  // namespace pgwatch
