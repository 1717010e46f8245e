// Proxy: stands before a server on 127.0.0.1 and does to the network what networks do.
//
// A thread of its own moves the bytes; any thread may call anything.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <thread>

namespace pgwatch::test {

class Proxy {
 public:
  explicit Proxy(std::uint16_t server_port);  // passes everything
  ~Proxy();
  Proxy(const Proxy&) = delete;
  Proxy& operator=(const Proxy&) = delete;

  std::uint16_t port() const;

  // What happens to new connections.
  void accept();      // they are passed on to the server
  void black_hole();  // they are accepted and never answered
  void refuse();      // nobody listens

  // What happens to the answers of the server, on every connection.
  void withhold();                             // they are kept back
  void release();                              // they come, those kept back first
  void delay(std::chrono::milliseconds time);  // each comes that much later
  void cut_after(std::size_t bytes);           // so many bytes still come, then every connection ends
  void cut();                                  // every connection ends now

  struct Counts {
    std::size_t connections = 0;  // accepted since the beginning, black-holed ones too
    std::size_t open = 0;
    std::size_t from_client = 0;  // bytes taken from clients
    std::size_t from_server = 0;  // bytes taken from the server, also while withheld
    std::size_t to_client = 0;    // bytes handed to clients
  };
  Counts counts() const;

 private:
  class Relay;
  std::unique_ptr<Relay> relay_;
  std::thread thread_;
};

}  // namespace pgwatch::test
