#include "exporter/engine/resolver.h"

#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>

namespace pgwatch {

Resolver::Resolver(Blocking& blocking, Loop& loop, Lookup lookup)
    : blocking_(blocking), loop_(loop), lookup_(std::move(lookup)) {}

Resolver::Wait::Wait(Resolver& resolver, Name& name, Done done)
    : name_(name), done_(std::move(done)), alarm_(resolver.loop_) {
  name_.waits.push_back(this);
}

Resolver::Wait::~Wait() { std::erase(name_.waits, this); }

void Resolver::Wait::finish(Addresses addresses) {
  alarm_.cancel();
  std::erase(name_.waits, this);
  const Done done = std::move(done_);  // it may end this Wait
  done(std::move(addresses));
}

std::unique_ptr<Resolver::Wait> Resolver::resolve(const std::string& host, SteadyTime deadline, Done done) {
  Name& name = names_[host];
  auto wait = std::make_unique<Wait>(*this, name, std::move(done));
  const SteadyTime now = std::chrono::steady_clock::now();
  if (host == "localhost") {
    wait->alarm_.at(now, [wait = wait.get()] { wait->finish({{"::1", "127.0.0.1"}, "", false}); });
    return wait;
  }
  const SteadyTime patience = name.last_good.empty() ? deadline : std::min(deadline, now + kPatience);
  wait->alarm_.at(patience, [wait = wait.get(), host] {
    wait->finish(or_last_good(wait->name_, {{}, "the resolver does not answer for " + host, false}));
  });
  if (!name.under_way) start(host, deadline);
  return wait;
}

void Resolver::start(const std::string& host, SteadyTime deadline) {
  Name& name = names_[host];
  name.under_way = true;
  const auto result = std::make_shared<Addresses>();
  name.call = blocking_.call(
      BlockingKind::kResolve, host, deadline, [result, host, lookup = lookup_] { *result = lookup(host); },
      [this, result, host](Blocking::Result outcome) {
        if (outcome == Blocking::Result::kDropped) *result = {{}, "the resolver is busy with other names", false};
        answered(host, *result);
      });
}

void Resolver::answered(const std::string& host, const Addresses& addresses) {
  Name& name = names_[host];
  name.under_way = false;
  if (!addresses.found.empty()) name.last_good = addresses.found;
  const Addresses answer = or_last_good(name, addresses);
  // Each finish may start or end other waits.
  for (Wait* wait : std::vector(name.waits))
    if (std::ranges::find(name.waits, wait) != name.waits.end()) wait->finish(answer);
}

Addresses Resolver::or_last_good(const Name& name, const Addresses& addresses) {
  if (!addresses.found.empty() || addresses.final || name.last_good.empty()) return addresses;
  return {name.last_good, {}, false};
}

Addresses Resolver::system_lookup(const std::string& host) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  const int error = getaddrinfo(host.c_str(), nullptr, &hints, &list);
  if (error != 0) {
    return {{}, "cannot resolve " + host + ": " + gai_strerror(error), error == EAI_NONAME};
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(list, &freeaddrinfo);
  Addresses addresses;
  for (const addrinfo* one = list; one != nullptr; one = one->ai_next) {
    char text[NI_MAXHOST];
    if (getnameinfo(one->ai_addr, one->ai_addrlen, text, sizeof text, nullptr, 0, NI_NUMERICHOST) == 0)
      addresses.found.emplace_back(text);
  }
  return addresses;
}

}  // namespace pgwatch
