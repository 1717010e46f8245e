#include "exporter/http/scrape.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace pgwatch::http {
namespace {

using std::chrono::milliseconds;
using Seconds = std::chrono::duration<double>;

std::optional<Seconds> parse_seconds(std::string_view text) {
  double seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (!std::isfinite(seconds) || seconds <= 0) return std::nullopt;
  return Seconds(seconds);
}

std::vector<std::string> named_collectors(const Request& request, const std::map<std::string, std::string>& aliases) {
  std::vector<std::string> names;
  for (const auto& [key, value] : request.query) {
    if (key != "collect[]") continue;
    const auto alias = aliases.find(value);
    names.push_back(alias == aliases.end() ? value : alias->second);
  }
  return names;
}

std::string joined(const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names) list += (list.empty() ? "" : ", ") + name;
  return list;
}

std::optional<Response> complaint(const std::vector<std::string>& asked, const std::vector<std::string>& known) {
  std::vector<std::string> unknown;
  for (const std::string& name : asked)
    if (std::find(known.begin(), known.end(), name) == known.end()) unknown.push_back('"' + name + '"');
  if (unknown.empty()) return std::nullopt;
  return Response::text(
      400, "collect[]: there is no collector " + joined(unknown) + ".\nThere are: " + joined(known) + ".\n");
}

std::string write_page(const Backend& backend, const Snapshot& snapshot) {
  std::vector<BlockPtr> blocks;
  for (const Answered& answer : snapshot.answers)
    if (answer.served) blocks.push_back(answer.served);
  for (BlockPtr& block : backend.report(snapshot)) blocks.push_back(std::move(block));
  Page page = write_exposition(blocks);
  backend.scraped(page, snapshot);
  return std::move(page.text);
}

Response exposition() { return {.content_type = kExpositionContentType}; }

}  // namespace

milliseconds scrape_budget(std::string_view header, milliseconds fallback) {
  // From whatever the fallback is to a duration that converts without overflow.
  constexpr Seconds kLongest{60};
  const Seconds timeout = std::min(parse_seconds(header).value_or(fallback), kLongest + Seconds{1});
  const Seconds margin = std::clamp<Seconds>(timeout * 0.1, milliseconds{200}, milliseconds{1'000});
  // Of a very short one half: an answer after the client has gone is none.
  const Seconds least = std::min<Seconds>(timeout / 2, milliseconds{100});
  const Seconds budget = std::clamp<Seconds>(timeout - margin, least, kLongest);
  return std::chrono::round<milliseconds>(budget);
}

void scrape(const std::shared_ptr<const Backend>& backend, const Request& request, const Reply& reply) {
  const WorldPtr world = backend->world();
  std::vector<std::string> collectors = named_collectors(request, backend->aliases);
  if (auto response = complaint(collectors, world->collector_names)) return reply(std::move(*response));
  if (request.method == "HEAD") return reply(exposition());

  const auto budget = scrape_budget(request.header("x-prometheus-scrape-timeout-seconds"), world->scrape_timeout);
  const auto deadline = std::chrono::steady_clock::now() + budget;
  backend->ask({.collectors = std::move(collectors), .targets = {}, .deadline = deadline},
               [backend, reply](Snapshot snapshot) {
                 Response response = exposition();
                 response.body = [backend, snapshot = std::move(snapshot)] { return write_page(*backend, snapshot); };
                 reply(std::move(response));
               });
}

}  // namespace pgwatch::http
