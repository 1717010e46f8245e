// sockets: connections that each socket unit which is watched has taken.
#include "collectors/systemd/catalogue.h"

namespace pgwatch::collectors {
namespace {

std::vector<Column> columns_of_sockets() {
  return {
      label("manager"),
      label("name"),
      property_counter("NAccepted", "systemd_socket_accepted_connections_total", "Connections accepted by the socket."),
      property("NConnections", "systemd_socket_current_connections", "Connections of the socket that are open."),
      property_counter("NRefused", "systemd_socket_refused_connections_total",
                       "Connections refused by the socket, since there were too many."),
  };
}

}  // namespace

Collector sockets(const SystemdPtr& systemd) {
  const auto tell = [](const Looks& looks, const Memory&) {
    return units_of_type(looks, "socket", columns_of_sockets());
  };
  return systemd_collector("sockets", "Sockets of service managers.", systemd, tell, columns_of_sockets());
}

}  // namespace pgwatch::collectors
