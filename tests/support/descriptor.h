// Descriptor: a file descriptor that closes itself.
#pragma once

#include <sys/socket.h>
#include <unistd.h>

#include <utility>

namespace pgwatch::test {

class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }

  int get() const { return number_; }
  explicit operator bool() const { return number_ >= 0; }

 private:
  int number_ = -1;
};

// Ends a socket at once. To close it would not: a poll under way in another thread holds on to it until it returns.
inline void end(const Descriptor& socket) { ::shutdown(socket.get(), SHUT_RDWR); }

}  // namespace pgwatch::test
