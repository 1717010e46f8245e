#include <atomic>

#include "exporter/http/server.h"

namespace pgwatch::http {

std::string_view Request::header(std::string_view lower_case_name) const {
  const auto found = headers.find(lower_case_name);
  return found == headers.end() ? std::string_view{} : found->second;
}

Response Response::text(int status, std::string body) {
  return {.status = status, .body = [text = std::move(body)] { return text; }};
}

struct Reply::State {
  explicit State(std::function<void(Response)> to) : deliver(std::move(to)) {}
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    // Nothing may leave a destructor, and a client that gets no answer for want of memory is the lesser evil.
    try {
      answer(Response::text(500, "pgwatch made no answer to this request. Its log may say why.\n"));
    } catch (...) {
    }
  }

  void answer(Response response) {
    if (!answered.exchange(true)) deliver(std::move(response));
  }

  const std::function<void(Response)> deliver;
  std::atomic<bool> answered = false;
};

Reply::Reply(std::function<void(Response)> deliver) : state_(std::make_shared<State>(std::move(deliver))) {}

void Reply::operator()(Response response) const { state_->answer(std::move(response)); }

}  // namespace pgwatch::http
