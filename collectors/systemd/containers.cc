#include "collectors/systemd/containers.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string_view>
#include <system_error>

#include "exporter/model/systemd.h"

namespace pgwatch::collectors {
namespace {

using Health = Container::Health;

bool is_id(std::string_view text) {
  return text.size() == kContainerIdDigits && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

// The value of an option of podman's, written --name value or --name=value.
std::string_view option(std::string_view arguments, std::string_view name) {
  while (!arguments.empty()) {
    const std::size_t end = std::min(arguments.find('\n'), arguments.size());
    const std::string_view argument = arguments.substr(0, end);
    arguments.remove_prefix(std::min(end + 1, arguments.size()));
    if (argument == name) return arguments.substr(0, arguments.find('\n'));
    if (argument.starts_with(name) && argument.substr(name.size()).starts_with('='))
      return argument.substr(name.size() + 1);
  }
  return {};
}

// Of what a user's manager names, nothing is opened that could hold us up, or that opening would set going.
bool is_file_of_podman(const std::string& path) {
  std::error_code error;
  return path.starts_with("/run/") && path.ends_with(".cid") && path.find("/..") == std::string::npos &&
         std::filesystem::is_regular_file(std::filesystem::symlink_status(path, error));
}

std::string contents(const std::string& path, std::size_t most) {
  std::ifstream file(path, std::ios::binary);
  std::string text(most, '\0');
  file.read(text.data(), static_cast<std::streamsize>(most));
  text.resize(static_cast<std::size_t>(file.gcount()));
  return text;
}

// Podman writes it into a file for the Quadlet. Who may not read that may see how the container's watcher was started.
std::string id_of(const Properties& unit) {
  const std::string file(option(get(unit, "ExecStart"), "--cidfile"));
  if (std::string id = is_file_of_podman(file) ? contents(file, kContainerIdDigits) : ""; is_id(id)) return id;
  const std::string pid(get(unit, "MainPID"));
  if (pid.empty() || pid == "0") return "";
  std::string command = contents("/proc/" + pid + "/cmdline", 4096);
  std::ranges::replace(command, '\0', '\n');
  return is_id(option(command, "-c")) ? std::string(option(command, "-c")) : "";
}

// The unit that checks the container. Its timer's other runs may be gone already, and have no unit any more.
const ManagedUnit* check_of(const std::string& id, const ManagerView& view) {
  if (id.empty()) return nullptr;
  const auto found =
      std::ranges::find_if(view.others, [&](const ManagedUnit& one) { return one.name.starts_with(id); });
  return found == view.others.end() ? nullptr : &*found;
}

// By its exit status. Some are podman's own failures, as a container that it cannot enter; and what was killed or never
// started has said nothing.
bool says_unhealthy(const Properties& check) {
  const std::string_view status = get(check, "ExecMainStatus");
  return get(check, "Result") == "exit-code" && status != "125" && status != "126" && status != "127";
}

Health health_of(const Properties& check, bool was_unhealthy) {
  const std::string_view state = get(check, "ActiveState");
  if (state == "failed") return says_unhealthy(check) ? Health::kUnhealthy : Health::kUnknown;
  if (state != "inactive") return was_unhealthy ? Health::kUnhealthy : Health::kUnknown;
  return number(check, "InactiveEnterTimestamp").value_or(0) > 0 ? Health::kHealthy : Health::kUnknown;
}

}  // namespace

bool is_container(const Properties& unit) {
  return is_quadlet(unit) && get(unit, "SourcePath").ends_with(".container");
}

Container container_of(const ManagedUnit& unit, const ManagerView& view,
                       const std::set<std::string>& unhealthy_before) {
  Container container{.name = std::string(option(get(unit.properties, "ExecStart"), "--name")),
                      .id = id_of(unit.properties)};
  const ManagedUnit* check = check_of(container.id, view);
  if (check == nullptr) return container;
  container.check = check->name;
  container.health = health_of(check->properties, unhealthy_before.contains(container.id));
  if (container.health == Health::kUnhealthy)
    container.why = "podman's check of its health failed";
  else if (get(check->properties, "ActiveState") == "failed")
    container.why = "podman could not check its health";
  return container;
}

}  // namespace pgwatch::collectors
