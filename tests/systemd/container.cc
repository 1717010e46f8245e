#include "tests/systemd/container.h"

#include <stdexcept>

namespace pgwatch::test {
namespace {

constexpr const char* kFiles = "/srv/box";
constexpr const char* kSick = "/srv/box/sick";

constexpr const char* kQuadlet = R"(
[Container]
ContainerName=web
Rootfs=/srv/box
Volume=/usr:/usr:ro
Volume=/usr/bin:/bin:ro
Volume=/usr/lib:/lib:ro
Volume=/usr/lib64:/lib64:ro
Network=host
CgroupsMode=disabled
Exec=/bin/sh -c "trap exit TERM; while :; do sleep 1; done"
HealthCmd=test ! -e /sick
HealthInterval=1s
HealthRetries=1
)";

// The files of the machine are a layer already, and podman's own storage would be another.
constexpr const char* kStorage = R"([storage]
driver = "vfs"
runroot = "/run/containers/storage"
graphroot = "/var/lib/containers/storage"
)";

// In its haste a test looks after the container more often than systemd lets a unit start.
constexpr const char* kStarts = "[Manager]\nDefaultStartLimitBurst=1000\n";

}  // namespace

SystemdOptions with_container() {
  return {.root = trixie(),
          .files = {{"/etc/containers/systemd/web.container", kQuadlet},
                    {"/etc/containers/storage.conf", kStorage},
                    {"/etc/systemd/system.conf.d/starts.conf", kStarts},
                    {std::string(kFiles) + "/etc/hostname", "box\n"}}};
}

std::string why_no_containers(const SystemdMachine& machine) {
  try {
    machine.run({"podman", "run", "--rm", "--network=host", "--cgroups=disabled", "--volume=/usr:/usr:ro",
                 "--volume=/usr/lib:/lib:ro", "--volume=/usr/lib64:/lib64:ro", "--rootfs", kFiles, "/usr/bin/true"});
    return "";
  } catch (const std::runtime_error& error) {
    return std::string("this machine runs no containers: ") + error.what();
  }
}

std::string container_id(const SystemdMachine& machine) { return machine.run({"cat", "/run/web.cid"}); }

std::string health_unit(const SystemdMachine& machine) {
  const std::string pattern = container_id(machine) + "*.service";
  const std::string units = machine.systemctl({"list-units", "--all", "--plain", "--no-legend", "--full", pattern});
  return units.substr(0, units.find(' '));
}

void make_sick(const SystemdMachine& machine) { machine.write(kSick, ""); }

void make_well(const SystemdMachine& machine) { machine.run({"rm", kSick}); }

}  // namespace pgwatch::test
