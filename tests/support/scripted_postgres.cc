#include "tests/support/scripted_postgres.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <list>
#include <stdexcept>
#include <string_view>

namespace pgwatch::test {
namespace {

constexpr std::uint32_t kCancelRequest = 80877102;
constexpr std::uint32_t kTlsRequest = 80877103;
constexpr std::uint32_t kGssRequest = 80877104;

std::string number32(std::uint32_t value) {
  const std::uint32_t wire = htonl(value);
  return std::string(reinterpret_cast<const char*>(&wire), sizeof wire);
}

std::string number16(std::uint16_t value) {
  const std::uint16_t wire = htons(value);
  return std::string(reinterpret_cast<const char*>(&wire), sizeof wire);
}

std::uint32_t read_number32(std::string_view bytes) {
  std::uint32_t value = 0;
  for (const char byte : bytes.substr(0, 4)) value = value << 8 | static_cast<unsigned char>(byte);
  return value;
}

std::string text(std::string_view words) { return std::string(words) + '\0'; }

std::string message(char type, const std::string& body) {
  return type + number32(static_cast<std::uint32_t>(body.size() + 4)) + body;
}

std::string welcome() {
  return message('R', number32(0)) + message('S', text("server_version") + text("15.0")) +
         message('S', text("client_encoding") + text("UTF8")) +
         message('S', text("standard_conforming_strings") + text("on")) + message('K', number32(4711) + number32(42)) +
         message('Z', "I");
}

std::string row_description() {
  constexpr std::uint32_t kTextType = 25;
  return message('T', number16(1) + text("answer") + number32(0) + number16(0) + number32(kTextType) +
                          number16(0xffff) + number32(0xffffffff) + number16(0));
}

std::string one_row() { return message('D', number16(1) + number32(1) + "1") + message('C', text("SELECT 1")); }

}  // namespace

// One client's connection, on a thread of its own.
class ScriptedPostgres::Talk {
 public:
  Talk(ScriptedPostgres& server, Descriptor socket)
      : server_(server), socket_(std::move(socket)), thread_([this] { run(); }) {}
  ~Talk() { thread_.join(); }

 private:
  void run() {
    bool goes_on = greet();
    while (goes_on) goes_on = answer_next();
    hang_up();
  }

  // Lets the client read all that was said: to close with words of its own unread would take ours back.
  void hang_up() {
    ::shutdown(socket_.get(), SHUT_WR);
    std::string unread;
    while (read(unread, unread.size() + 1)) unread.clear();
    socket_ = Descriptor();
  }

  // False where the conversation is over.
  bool greet() {
    while (true) {
      std::string packet;
      if (!read(packet, 4) || !read(packet, read_number32(packet))) return false;
      const std::uint32_t request = read_number32(std::string_view(packet).substr(4));
      if (request == kCancelRequest) {
        ++server_.cancels_;
        return false;
      }
      if (request != kTlsRequest && request != kGssRequest) break;
      if (!write("N")) return false;
    }
    ++server_.startups_;
    return act(server_.script_.greeting) && write(welcome());
  }

  bool answer_next() {
    std::string packet;
    if (!read(packet, 5)) return false;
    if (!read(packet, 1 + read_number32(std::string_view(packet).substr(1)))) return false;
    switch (packet[0]) {
      case 'P': return write(message('1', ""));
      case 'B': return write(message('2', ""));
      case 'D': return write(row_description());
      case 'E': return (server_.script_.statements > answered_++ || act(server_.script_.ending)) && write(one_row());
      case 'S': return write(message('Z', "I"));
      default: return false;
    }
  }

  // False where nothing may follow.
  bool act(Script::Act what) {
    switch (what) {
      case Script::Act::kAnswer: return true;
      case Script::Act::kSilence: wait_for(socket_.get(), 0, -1); return false;
      case Script::Act::kGarbage: write("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"); return false;
      case Script::Act::kError:
        write(message('E', "S" + text("FATAL") + "V" + text("FATAL") + "C" + text(server_.script_.sqlstate) + "M" +
                               text(server_.script_.message) + '\0'));
        return false;
      case Script::Act::kClose: return false;
    }
    return false;
  }

  // Until `socket` has one of these events, or that time has passed; false when all shall end.
  bool wait_for(int socket, short events, int milliseconds) const {
    pollfd polled[] = {{server_.stop_.get(), POLLIN, 0}, {socket, events, 0}};
    ::poll(polled, 2, milliseconds);
    return polled[0].revents == 0;
  }

  // Until `bytes` has that size.
  bool read(std::string& bytes, std::size_t size) const {
    while (bytes.size() < size) {
      if (!wait_for(socket_.get(), POLLIN, -1)) return false;
      char buffer[65536];
      const ssize_t count = ::recv(socket_.get(), buffer, std::min(sizeof buffer, size - bytes.size()), 0);
      if (count <= 0) return false;
      bytes.append(buffer, static_cast<std::size_t>(count));
    }
    return true;
  }

  bool write(std::string_view bytes) const {
    const auto pause = server_.script_.pause;
    const std::size_t at_once = pause.count() > 0 ? 1 : bytes.size();
    while (!bytes.empty()) {
      if (pause.count() > 0 && !wait_for(-1, 0, static_cast<int>(pause.count()))) return false;
      if (!wait_for(socket_.get(), POLLOUT, -1)) return false;
      const ssize_t count = ::send(socket_.get(), bytes.data(), std::min(at_once, bytes.size()), MSG_NOSIGNAL);
      if (count <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
  }

  ScriptedPostgres& server_;
  Descriptor socket_;
  int answered_ = 0;
  std::thread thread_;
};

ScriptedPostgres::ScriptedPostgres(Script script)
    : script_(std::move(script)), listener_(::socket(AF_INET, SOCK_STREAM, 0)), stop_(::eventfd(0, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  socklen_t size = sizeof address;
  if (::bind(listener_.get(), any, size) != 0 || ::listen(listener_.get(), 16) != 0 ||
      ::getsockname(listener_.get(), any, &size) != 0)
    throw std::runtime_error("the scripted server cannot listen on 127.0.0.1");
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { accept_all(); });
}

ScriptedPostgres::~ScriptedPostgres() {
  ::eventfd_write(stop_.get(), 1);
  acceptor_.join();
}

std::string ScriptedPostgres::conninfo() const {
  return "host=127.0.0.1 port=" + std::to_string(port_) + " user=watcher dbname=postgres sslmode=disable";
}

void ScriptedPostgres::accept_all() {
  std::list<Talk> talks;
  while (true) {
    pollfd polled[] = {{stop_.get(), POLLIN, 0}, {listener_.get(), POLLIN, 0}};
    ::poll(polled, 2, -1);
    if (polled[0].revents != 0) return;
    talks.emplace_back(*this, Descriptor(::accept(listener_.get(), nullptr, nullptr)));
  }
}

}  // namespace pgwatch::test
