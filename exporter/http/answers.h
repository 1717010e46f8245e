// Answers: where replies, from any thread, meet the server's thread. It outlives the server while a Reply does.
#pragma once

#include <cstdint>
#include <mutex>
#include <vector>

#include "exporter/http/descriptor.h"
#include "exporter/http/server.h"

namespace pgwatch::http {

struct Answer {
  std::uint64_t exchange = 0;  // the number of the request it answers
  Response response;
};

class Answers {
 public:
  Answers();  // throws std::system_error where no descriptor is left

  int descriptor() const { return event_.get(); }  // readable after post() and wake()

  void post(std::uint64_t exchange, Response response);
  void wake();
  std::vector<Answer> take();  // all there are; the descriptor is quiet again
  void close();                // drops what waits and what comes

 private:
  Descriptor event_;
  std::mutex mutex_;
  std::vector<Answer> waiting_;
  bool closed_ = false;
};

}  // namespace pgwatch::http
