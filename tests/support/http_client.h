// A small HTTP client for tests: blocking, over a raw socket, so that a test can also say what no proper client says.
//
// One thread per connection. Whatever takes longer than ten seconds, or is no HTTP, throws std::runtime_error.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/support/descriptor.h"

namespace pgwatch::test {

struct HttpResponse {
  int status = 0;
  std::map<std::string, std::string, std::less<>> headers = {};  // names in lower case
  std::string body = {};                                         // as sent: see gunzip()

  std::string header(std::string_view lower_case_name) const;  // "" where absent
};

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

class HttpConnection {
 public:
  explicit HttpConnection(std::uint16_t port, const std::string& host = "127.0.0.1");  // or "::1"

  // The connection stays open if the server lets it; ask again on it.
  HttpResponse get(const std::string& path, const HttpHeaders& headers = {});
  HttpResponse head(const std::string& path, const HttpHeaders& headers = {});
  HttpResponse request(const std::string& method, const std::string& path, const HttpHeaders& headers = {},
                       const std::string& body = "");

  // The parts of the above.
  void send(std::string_view raw);  // that the server has closed meanwhile shows when receiving
  HttpResponse receive();           // the response to the oldest request not yet answered
  HttpResponse receive_head();      // the same for HEAD: no body follows
  std::string receive_rest();       // all that comes until the server closes, which it must
  bool has_data(int timeout_ms = 0);

  // Waits for the server to close without another word; false if it speaks instead.
  bool closed_by_server();

 private:
  HttpResponse receive_header();
  bool receive_more();  // false: the server has closed
  std::string take(std::size_t size);
  std::string take_line();
  std::string take_chunks();

  Descriptor socket_;
  std::string received_;
};

// One request on a connection of its own.
HttpResponse http_get(std::uint16_t port, const std::string& path, const HttpHeaders& headers = {},
                      const std::string& host = "127.0.0.1");

std::string gunzip(std::string_view compressed);

}  // namespace pgwatch::test
