#include "tests/support/proxy.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <limits>
#include <list>
#include <mutex>
#include <system_error>
#include <utility>
#include <vector>

#include "tests/support/descriptor.h"
#include "tests/support/link.h"
#include "tests/support/ports.h"

namespace pgwatch::test {
namespace {

constexpr std::size_t kUnlimited = std::numeric_limits<std::size_t>::max();

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

Descriptor listen_on(std::uint16_t port) {
  Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const int yes = 1;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  const sockaddr_in address = loopback(port);
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(socket.get(), 128) != 0)
    throw std::system_error(errno, std::generic_category(), "proxy on 127.0.0.1:" + std::to_string(port));
  return socket;
}

void send_at_once(const Descriptor& socket) {
  const int yes = 1;
  ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
}

// Does not wait for the server; one that refuses is seen as an end of the connection.
Descriptor connect_to(std::uint16_t port) {
  Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const sockaddr_in address = loopback(port);
  static_cast<void>(::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address));
  send_at_once(socket);
  return socket;
}

}  // namespace

// The proxy's state and the loop that works on it. One lock guards all of it; the loop holds it while it moves bytes
// and lets go of it while it waits.
class Proxy::Relay {
 public:
  using Clock = Link::Clock;

  explicit Relay(std::uint16_t server_port)
      : server_port_(server_port), port_(free_port()), wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    listener_ = listen_on(port_);
  }

  std::uint16_t port() const { return port_; }

  // Changes the state as one step, as the loop sees it.
  template <typename Change>
  void change(Change what) {
    const std::lock_guard hold(lock_);
    what(*this);
    ::eventfd_write(wake_.get(), 1);
  }

  void open_door(bool to_server) {
    to_server_ = to_server;
    if (!listener_) listener_ = listen_on(port_);
  }
  void close_door() {
    end(listener_);
    listener_ = Descriptor();
  }
  void withhold(bool yes) { withheld_ = yes; }
  void delay(std::chrono::milliseconds time) { delay_ = time; }
  void allow(std::size_t bytes) { allowance_ = bytes; }
  void cut() {
    for (const Link& link : links_) link.end();
    links_.clear();
  }
  void finish() { finished_ = true; }

  Counts counts() const {
    const std::lock_guard hold(lock_);
    Counts now = counts_;
    now.open = links_.size();
    return now;
  }

  void loop() {
    std::unique_lock hold(lock_);
    while (!finished_) {
      move_bytes();
      const Clock::time_point now = Clock::now();
      std::vector<pollfd> events = wanted_events(now);
      const int patience = patience_ms(now);
      hold.unlock();
      ::poll(events.data(), events.size(), patience);
      hold.lock();
      eventfd_t ignored = 0;
      ::eventfd_read(wake_.get(), &ignored);
      take_connections();
    }
  }

 private:
  void take_connections() {
    while (listener_) {
      Descriptor client(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
      if (!client) return;
      send_at_once(client);
      ++counts_.connections;
      links_.emplace_back(std::move(client), to_server_ ? connect_to(server_port_) : Descriptor());
    }
  }

  std::size_t allowance() const { return withheld_ ? 0 : allowance_; }

  void move_bytes() {
    for (Link& link : links_) {
      const Link::Moved moved = link.move(delay_, allowance());
      counts_.from_client += moved.from_client;
      counts_.from_server += moved.from_server;
      counts_.to_client += moved.to_client;
      if (allowance_ != kUnlimited) allowance_ -= moved.to_client;
    }
    if (allowance_ == 0) {
      allowance_ = kUnlimited;
      cut();
    }
    links_.remove_if([](const Link& link) { return link.ended(); });
  }

  // At the same moment as patience_ms: what falls due between two moments would be missed by both.
  std::vector<pollfd> wanted_events(Clock::time_point now) const {
    std::vector<pollfd> events = {{.fd = wake_.get(), .events = POLLIN, .revents = 0},
                                  {.fd = listener_.get(), .events = POLLIN, .revents = 0}};
    for (const Link& link : links_) {
      events.push_back(link.client_events(allowance(), now));
      events.push_back(link.server_events());
    }
    return events;
  }

  // Until the next delayed byte is due; for ever where none waits.
  int patience_ms(Clock::time_point now) const {
    auto shortest = std::chrono::milliseconds::max();
    for (const Link& link : links_) {
      if (!link.due() || *link.due() <= now) continue;
      shortest = std::min(shortest, std::chrono::ceil<std::chrono::milliseconds>(*link.due() - now));
    }
    return shortest == std::chrono::milliseconds::max() ? -1 : static_cast<int>(shortest.count());
  }

  const std::uint16_t server_port_;
  const std::uint16_t port_;
  const Descriptor wake_;
  mutable std::mutex lock_;
  Descriptor listener_;
  std::list<Link> links_;
  Counts counts_;
  std::chrono::milliseconds delay_{0};
  std::size_t allowance_ = kUnlimited;
  bool to_server_ = true;
  bool withheld_ = false;
  bool finished_ = false;
};

Proxy::Proxy(std::uint16_t server_port)
    : relay_(std::make_unique<Relay>(server_port)), thread_([this] { relay_->loop(); }) {}

Proxy::~Proxy() {
  relay_->change([](Relay& relay) { relay.finish(); });
  thread_.join();
}

std::uint16_t Proxy::port() const { return relay_->port(); }

void Proxy::accept() {
  relay_->change([](Relay& relay) { relay.open_door(true); });
}

void Proxy::black_hole() {
  relay_->change([](Relay& relay) { relay.open_door(false); });
}

void Proxy::refuse() {
  relay_->change([](Relay& relay) { relay.close_door(); });
}

void Proxy::withhold() {
  relay_->change([](Relay& relay) { relay.withhold(true); });
}

void Proxy::release() {
  relay_->change([](Relay& relay) { relay.withhold(false); });
}

void Proxy::delay(std::chrono::milliseconds time) {
  relay_->change([time](Relay& relay) { relay.delay(time); });
}

void Proxy::cut_after(std::size_t bytes) {
  relay_->change([bytes](Relay& relay) { relay.allow(bytes); });
}

void Proxy::cut() {
  relay_->change([](Relay& relay) { relay.cut(); });
}

Proxy::Counts Proxy::counts() const { return relay_->counts(); }

}  // namespace pgwatch::test
