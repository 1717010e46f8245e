#include "tests/systemd/shipped.h"

#include "exporter/util/file.h"

namespace pgwatch::test {
namespace {

constexpr const char* kCredential = "[Service]\nLoadCredential=password:/etc/pgwatch-exporter/password\n";
constexpr const char* kAtOnce =
    "[Timer]\nOnCalendar=\nOnCalendar=yearly\nOnActiveSec=1ms\nAccuracySec=1ms\nRandomizedDelaySec=0\n";

}  // namespace

std::string shipped(const std::string& name) {
  return read_file(std::string(PGWATCH_SOURCE_FOLDER) + "/packaging/systemd/" + name);
}

SystemdOptions with_shipped(const std::string& configuration) {
  SystemdOptions options;
  for (const std::string name : {kExporter, "pgwatch-exporter.socket", "pgwatch-once.service", "pgwatch-once.timer",
                                 "pgwatch-alert@.service", "pgwatch-textfile.service", "pgwatch-textfile.timer"})
    options.units[name] = shipped(name);
  options.files = {{kConfiguration, configuration},
                   {kPassword, ""},
                   {"/etc/sysusers.d/pgwatch.conf", shipped("sysusers.conf")},
                   {"/etc/sysusers.d/prometheus.conf", "u prometheus - \"node_exporter's\"\n"}};
  const std::string drop_in = "/etc/systemd/system/";
  for (const char* service : {"pgwatch-exporter", "pgwatch-once", "pgwatch-textfile"})
    options.files[drop_in + service + ".service.d/credential.conf"] = kCredential;
  for (const char* timer : {"pgwatch-once", "pgwatch-textfile"})
    options.files[drop_in + timer + ".timer.d/at-once.conf"] = kAtOnce;
  options.programs = {{PGWATCH_BINARY, "/usr/bin/pgwatch"}, {"/bin/kill", "/bin/kill"}};
  return options;
}

std::string page_within(const SystemdMachine& machine) {
  const std::string answer = machine.run(
      {"bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/9187; printf 'GET /metrics HTTP/1.0\\r\\n\\r\\n' >&3; cat <&3"});
  return answer.substr(answer.find("\r\n\r\n") + 4);
}

}  // namespace pgwatch::test
