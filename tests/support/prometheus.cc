#include "tests/support/prometheus.h"

#include <cctype>
#include <filesystem>
#include <stdexcept>

#include "tests/support/http_client.h"
#include "tests/support/json.h"
#include "tests/support/ports.h"

namespace pgwatch::test {
namespace {

constexpr const char* kProgram = "/usr/bin/prometheus";

std::string config(const std::string& targets) {
  return "global: {scrape_interval: 1s, scrape_timeout: 1s}\n"
         "scrape_configs: [{job_name: pgwatch, static_configs: " +
         targets + "}]\n";
}

Command command(const TemporaryFolder& folder, const std::string& targets, std::uint16_t port) {
  const auto file = folder.write("prometheus.yml", config(targets));
  return {.arguments = {kProgram, "--config.file=" + file.string(),
                        "--storage.tsdb.path=" + (folder.path() / "data").string(),
                        "--web.listen-address=127.0.0.1:" + std::to_string(port)}};
}

std::string percent_encoded(const std::string& text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string encoded;
  for (const char letter : text) {
    const auto byte = static_cast<unsigned char>(letter);
    if (std::isalnum(byte) != 0)
      encoded += letter;
    else
      encoded += {'%', kHex[byte >> 4U], kHex[byte & 15U]};
  }
  return encoded;
}

}  // namespace

std::string Prometheus::why_missing() {
  return std::filesystem::exists(kProgram) ? "" : "Prometheus is not here: run scripts/install test";
}

Prometheus::Prometheus(const std::string& targets) : port_(free_port()), process_(command(folder_, targets, port_)) {
  const auto is_ready = [&] {
    try {
      return http_get(port_, "/-/ready").status == 200 || !process_.running();
    } catch (const std::runtime_error&) {
      return !process_.running();  // it does not listen yet
    }
  };
  if (!eventually(is_ready) || !process_.running())
    throw std::runtime_error("Prometheus does not start:\n" + process_.errors());
}

std::vector<double> Prometheus::values(const std::string& expression) const {
  const HttpResponse response = http_get(port_, "/api/v1/query?query=" + percent_encoded(expression));
  if (response.status != 200) throw std::runtime_error(expression + ": " + response.body);
  const Json answer = Json::parse(response.body);
  std::vector<double> values;
  for (const Json& series : answer.at("data").at("result").items())
    values.push_back(std::stod(series.at("value").items().at(1).text()));
  return values;
}

}  // namespace pgwatch::test
