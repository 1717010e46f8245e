// HTTP server on libmicrohttpd: one thread, no handler waits. A request is handed to the handler with a Reply; whoever
// holds the Reply answers when it can, from any thread, and until then the connection sleeps.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "exporter/util/address.h"

namespace pgwatch::http {

struct Request {
  std::string method = {};
  std::string path = {};                                         // without the query
  std::vector<std::pair<std::string, std::string>> query = {};   // decoded, in order, repeated keys kept
  std::map<std::string, std::string, std::less<>> headers = {};  // names in lower case; repeated ones joined by ", "

  std::string_view header(std::string_view lower_case_name) const;  // "" where absent
};

struct Response {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::vector<std::pair<std::string, std::string>> headers = {};
  // Made on the server's thread, after the reply: rendering is not the engine's work. None where only the header is
  // said (HEAD) and making the body just to measure it would be a waste.
  std::function<std::string()> body = {};

  static Response text(int status, std::string body);
};

// Answers one request, once; a second call does nothing. Copyable, callable from any thread, safe after the client has
// gone and after the server has stopped. If all copies go unanswered the client gets a 500.
class Reply {
 public:
  explicit Reply(std::function<void(Response)> deliver);  // called once, on the thread that answers

  void operator()(Response response) const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

// Called on the server's thread: it must not wait. The Request lives as long as the call.
using Handler = std::function<void(const Request&, Reply)>;

struct Limits {
  // A longer request line is a 414; a longer header, or one of more than some 700 lines, a 431.
  std::size_t header_bytes = 16 * 1024;
  std::chrono::milliseconds header_time{5'000};    // a header not complete by then ends the connection
  std::chrono::milliseconds answer_time{300'000};  // an answer not taken by then ends it, too
  std::chrono::milliseconds idle_time{75'000};     // between requests of a kept connection
  unsigned connections = 512;
  unsigned connections_per_client = 64;
};

struct Listeners;

class Server {
 public:
  // Listens on every address or throws std::runtime_error naming the address, the cause and the cure. Where the kernel
  // has no IPv6, "" listens on IPv4 alone; ipv4_only() tells, so that the caller can say so.
  Server(const std::vector<Address>& addresses, Limits limits, Handler handler);
  Server(Listeners listeners, Limits limits, Handler handler);  // which listen already
  ~Server();                                                    // stops
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  const std::vector<std::uint16_t>& ports() const;  // as bound, in the order of the addresses
  bool ipv4_only() const;

  void stop();  // answers nothing any more; returns within milliseconds

 private:
  class Core;
  std::unique_ptr<Core> core_;
};

// gzip, level 1.
std::string gzip(std::string_view text);
bool accepts_gzip(std::string_view accept_encoding);  // honours q=0

}  // namespace pgwatch::http
