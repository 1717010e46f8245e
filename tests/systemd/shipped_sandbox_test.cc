// Where the services that we ship may write: asked of a real systemd, by a script in the program's place.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <sstream>

#include "tests/systemd/shipped.h"

namespace pgwatch::test {
namespace {

using testing::ElementsAre;

// /proc is left out: one's own processes are one's own.
constexpr const char* kLookAround =
    "find / -maxdepth 4 -path /proc -prune -o ( -type d -o -type f ) -writable -printf 'writable: %%p\\n'";

class ShippedSandbox : public OnEachSystemd<ShippedSandbox> {
 public:
  static SystemdOptions options() {
    SystemdOptions options = with_shipped("");
    for (const std::string service : {"pgwatch-exporter", "pgwatch-once", "pgwatch-alert@", "pgwatch-textfile"})
      options.files["/etc/systemd/system/" + service + ".service.d/look.conf"] =
          "[Unit]\nOnFailure=\n[Service]\nType=oneshot\nRestart=no\nExecStart=\nExecStart=-/usr/bin/" +
          std::string(kLookAround) + "\n";
    options.programs.push_back({"/usr/bin/find", "/usr/bin/find"});
    return options;
  }
  static void prepare(const SystemdMachine& machine) {
    machine.run({"systemd-sysusers"});
    machine.run({"mkdir", "-p", "/var/lib/prometheus/node-exporter"});
    machine.run({"chown", "prometheus:", "/var/lib/prometheus/node-exporter"});
    for (const char* everybodys : {"/var/tmp", "/dev/shm", "/dev/mqueue", "/run/lock"})
      machine.run({"install", "--directory", "--mode=1777", everybodys});
  }

 protected:
  std::set<std::string> writable(const std::string& service) const {
    machine().systemctl({"start", service});
    std::istringstream lines(machine().journal(service));
    const std::string mark = "writable: ";
    std::set<std::string> found;
    for (std::string line; std::getline(lines, line);)
      if (const std::size_t at = line.find(mark); at != std::string::npos) found.insert(line.substr(at + mark.size()));
    return found;
  }
};

INSTANTIATE_TEST_SUITE_P(, ShippedSandbox, every_systemd(), systemd_name);

TEST_P(ShippedSandbox, HasTwoEmptyFoldersToWriteInto) {
  for (const char* service : {"pgwatch-exporter", "pgwatch-once", "pgwatch-alert@a"})
    EXPECT_THAT(writable(std::string(service) + ".service"), ElementsAre("/tmp", "/var/tmp")) << service;
}

TEST_P(ShippedSandbox, HasTheTextfilesFolderBesides) {
  EXPECT_THAT(writable("pgwatch-textfile.service"),
              ElementsAre("/tmp", "/var/lib/prometheus/node-exporter", "/var/tmp"));
}

}  // namespace
}  // namespace pgwatch::test
