#include "tests/support/http_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <zlib.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <stdexcept>
#include <system_error>

namespace pgwatch::test {
namespace {

constexpr int kTimeoutMs = 10'000;

[[noreturn]] void fail(const std::string& what) { throw std::runtime_error("http client: " + what); }

[[noreturn]] void fail_with_errno(const std::string& what) {
  fail(what + ": " + std::system_category().message(errno));
}

Descriptor connect_to(const sockaddr* address, socklen_t size) {
  Descriptor made(::socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!made) fail_with_errno("cannot make a socket");
  if (::connect(made.get(), address, size) != 0) fail_with_errno("cannot connect");
  return made;
}

Descriptor connect_to(const std::string& host, std::uint16_t port) {
  if (host.find(':') == std::string::npos) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    if (::inet_pton(AF_INET, host.c_str(), &address.sin_addr) != 1) fail("not an IPv4 address: " + host);
    return connect_to(reinterpret_cast<const sockaddr*>(&address), sizeof(address));
  }
  sockaddr_in6 address = {};
  address.sin6_family = AF_INET6;
  address.sin6_port = htons(port);
  if (::inet_pton(AF_INET6, host.c_str(), &address.sin6_addr) != 1) fail("not an IPv6 address: " + host);
  return connect_to(reinterpret_cast<const sockaddr*>(&address), sizeof(address));
}

std::string lower_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

}  // namespace

std::string HttpResponse::header(std::string_view lower_case_name) const {
  const auto found = headers.find(lower_case_name);
  return found == headers.end() ? "" : found->second;
}

HttpConnection::HttpConnection(std::uint16_t port, const std::string& host) : socket_(connect_to(host, port)) {}

HttpResponse HttpConnection::get(const std::string& path, const HttpHeaders& headers) {
  return request("GET", path, headers);
}

HttpResponse HttpConnection::head(const std::string& path, const HttpHeaders& headers) {
  return request("HEAD", path, headers);
}

HttpResponse HttpConnection::request(const std::string& method, const std::string& path, const HttpHeaders& headers,
                                     const std::string& body) {
  std::string text = method + ' ' + path + " HTTP/1.1\r\nHost: test\r\n";
  for (const auto& [name, value] : headers) text += name + ": " + value + "\r\n";
  if (!body.empty()) text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  send(text + "\r\n" + body);
  return method == "HEAD" ? receive_head() : receive();
}

void HttpConnection::send(std::string_view raw) {
  while (!raw.empty()) {
    const ssize_t sent = ::send(socket_.get(), raw.data(), raw.size(), MSG_NOSIGNAL);
    if (sent < 0 && (errno == EPIPE || errno == ECONNRESET)) return;
    if (sent < 0) fail_with_errno("cannot send");
    raw.remove_prefix(static_cast<std::size_t>(sent));
  }
}

HttpResponse HttpConnection::receive() {
  HttpResponse response = receive_header();
  if (response.header("transfer-encoding") == "chunked")
    response.body = take_chunks();
  else if (const std::string length = response.header("content-length"); !length.empty())
    response.body = take(std::stoul(length));
  else
    response.body = receive_rest();
  return response;
}

HttpResponse HttpConnection::receive_head() { return receive_header(); }

std::string HttpConnection::receive_rest() {
  while (receive_more()) continue;
  return std::exchange(received_, {});
}

bool HttpConnection::has_data(int timeout_ms) {
  if (!received_.empty()) return true;
  pollfd one{socket_.get(), POLLIN, 0};
  return ::poll(&one, 1, timeout_ms) == 1;
}

bool HttpConnection::closed_by_server() { return received_.empty() && !receive_more(); }

HttpResponse HttpConnection::receive_header() {
  HttpResponse response;
  const std::string status = take_line();
  if (!status.starts_with("HTTP/1.1 ") || status.size() < 12) fail("not a status line: " + status);
  response.status = std::stoi(status.substr(9, 3));
  for (std::string line = take_line(); !line.empty(); line = take_line()) {
    const std::size_t colon = line.find(": ");
    if (colon == line.npos) fail("not a header: " + line);
    response.headers[lower_case(line.substr(0, colon))] = line.substr(colon + 2);
  }
  return response;
}

bool HttpConnection::receive_more() {
  pollfd one{socket_.get(), POLLIN, 0};
  if (::poll(&one, 1, kTimeoutMs) != 1) fail("the server said nothing for ten seconds");
  char buffer[65536];
  const ssize_t size = ::recv(socket_.get(), buffer, sizeof(buffer), 0);
  if (size < 0 && errno != ECONNRESET) fail_with_errno("cannot receive");
  if (size <= 0) return false;
  received_.append(buffer, static_cast<std::size_t>(size));
  return true;
}

std::string HttpConnection::take(std::size_t size) {
  while (received_.size() < size)
    if (!receive_more()) fail("the server closed within a response");
  std::string taken = received_.substr(0, size);
  received_.erase(0, size);
  return taken;
}

std::string HttpConnection::take_line() {
  std::size_t end = received_.find("\r\n");
  for (; end == received_.npos; end = received_.find("\r\n"))
    if (!receive_more()) fail("the server closed within a response");
  std::string line = take(end + 2);
  line.resize(end);
  return line;
}

std::string HttpConnection::take_chunks() {
  std::string body;
  while (const std::size_t size = std::stoul(take_line(), nullptr, 16)) {
    body += take(size);
    take_line();
  }
  take_line();
  return body;
}

HttpResponse http_get(std::uint16_t port, const std::string& path, const HttpHeaders& headers,
                      const std::string& host) {
  return HttpConnection(port, host).get(path, headers);
}

std::string gunzip(std::string_view compressed) {
  z_stream stream = {};
  stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(compressed.data()));  // zlib only reads it
  stream.avail_in = static_cast<uInt>(compressed.size());
  if (inflateInit2(&stream, 15 + 16) != Z_OK) fail("cannot start zlib");
  std::string text;
  int status = Z_OK;
  while (status == Z_OK) {
    char buffer[65536];
    stream.next_out = reinterpret_cast<Bytef*>(buffer);
    stream.avail_out = sizeof(buffer);
    status = inflate(&stream, Z_NO_FLUSH);
    text.append(buffer, sizeof(buffer) - stream.avail_out);
  }
  inflateEnd(&stream);
  if (status != Z_STREAM_END || stream.avail_in != 0) fail("not one whole gzip stream");
  return text;
}

}  // namespace pgwatch::test
