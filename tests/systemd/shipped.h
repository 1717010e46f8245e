// The units that we ship, in machines as `make install` puts them there, beside a server that wants a password.
#pragma once

#include <memory>
#include <string>

#include "tests/support/postgres_server.h"
#include "tests/support/postgres_template.h"
#include "tests/systemd/on_each_systemd.h"

namespace pgwatch::test {

// A file of packaging/systemd.
std::string shipped(const std::string& name);

inline constexpr const char* kExporter = "pgwatch-exporter.service";
inline constexpr const char* kConfiguration = "/etc/pgwatch-exporter/pgwatch.yaml";
inline constexpr const char* kPassword = "/etc/pgwatch-exporter/password";

// All units of the system, the program, and the files that people write; what is left to do is systemd-sysusers. Timers
// elapse as soon as they are started, and then next year.
SystemdOptions with_shipped(const std::string& configuration);

// What the exporter in the machine serves. Throws std::runtime_error where it does not.
std::string page_within(const SystemdMachine& machine);

// A unit with a name such as databases have, which the configuration does not name.
inline constexpr const char* kFeed = "postgresql-feed.service";

// Suites whose units ask a server, by its socket and with the password that is their credential.
template <typename Suite>
class ShippedBesideServer : public OnEachSystemd<Suite> {
 public:
  static SystemdOptions options() {
    if (!server())
      server() = std::make_unique<PostgresServer>(PostgresOptions{.hba = {"local all pgwatch scram-sha-256"}});
    SystemdOptions options = with_shipped(kConfigured);
    options.units[kFeed] = "[Service]\nExecStart=/bin/sleep infinity\n";
    const std::string socket = ".s.PGSQL." + std::to_string(server()->port());
    options.mounts.push_back({server()->socket_folder() / socket, "/srv/postgres/.s.PGSQL.5432"});
    return options;
  }
  static void prepare(const SystemdMachine& machine) {
    machine.run({"systemd-sysusers"});
    machine.run({"chmod", "600", kPassword});
  }
  static void TearDownTestSuite() {
    OnEachSystemd<Suite>::TearDownTestSuite();
    server().reset();
  }

 protected:
  static constexpr const char* kConfigured =
      "targets:\n"
      "  - name: main\n"
      "    conninfo: \"host=/srv/postgres user=pgwatch dbname=postgres\"\n"
      "    password_file: ${CREDENTIALS_DIRECTORY}/password\n";
  static constexpr const char* kWrong = "no password of anybody's";

  void SetUp() override {
    OnEachSystemd<Suite>::SetUp();
    if (this->IsSkipped()) return;
    this->machine().write(kConfiguration, kConfigured);
    this->machine().write(kPassword, password_of("pgwatch"));
    this->machine().systemctl({"restart", kFeed});
  }

  void TearDown() override {
    if (this->IsSkipped()) return;
    this->machine().systemctl({"stop", "pgwatch-*.timer", "pgwatch-*.service"});
    this->machine().systemctl({"reset-failed"});
  }

 private:
  static std::unique_ptr<PostgresServer>& server() {
    static std::unique_ptr<PostgresServer> one;
    return one;
  }
};

}  // namespace pgwatch::test
