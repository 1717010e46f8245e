#include "tests/support/systemd_machine.h"

#include <pwd.h>
#include <signal.h>
#include <unistd.h>

#include <fstream>
#include <stdexcept>

#include "tests/support/shared_libraries.h"
#include "tests/support/wait.h"

namespace pgwatch::test {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
constexpr const char* kUnitFolder = "/etc/systemd/system";

void write_below(const fs::path& folder, const fs::path& path, const std::string& text) {
  const fs::path place = folder / path.relative_path();
  fs::create_directories(place.parent_path());
  std::ofstream file(place, std::ios::binary);
  file << text << std::flush;
  if (!file) throw std::runtime_error("cannot write " + place.string());
}

std::string line_of(const std::string& name) {
  const passwd* user = ::getpwnam(name.c_str());
  if (user == nullptr) throw std::runtime_error("user " + name + " does not exist on this machine");
  return name + ":x:" + std::to_string(user->pw_uid) + ":" + std::to_string(user->pw_gid) + "::/:/bin/sh\n";
}

std::vector<BindMount> mounts_of(const SystemdOptions& options) {
  std::vector<BindMount> all = options.mounts;
  for (const BindMount& program : options.programs) {
    all.push_back(program);
    for (const fs::path& library : shared_libraries_of(program.source))
      if (!fs::exists(options.root / library.relative_path())) all.push_back({library, library});
  }
  return all;
}

// What boot-systemd lays over the root.
void furnish(const fs::path& folder, const SystemdOptions& options) {
  for (const char* name : {"files", "machine", "run"}) fs::create_directory(folder / name);
  for (const auto& [name, text] : options.units) write_below(folder / "files", fs::path(kUnitFolder) / name, text);
  for (const auto& [path, text] : options.files) write_below(folder / "files", path, text);
  std::string binds;
  for (const BindMount& mount : mounts_of(options)) binds += mount.source.string() + " " + mount.target.string() + "\n";
  write_below(folder, "binds", binds);
  write_below(folder, "passwd", options.user.empty() ? "" : line_of(options.user));
}

pid_t pid_in(const fs::path& file) {
  pid_t pid = -1;
  std::ifstream(file) >> pid;
  return pid;
}

// The hierarchies of version 1 that tell what is counted.
bool has_legacy_groups() {
  std::ifstream mounts("/proc/self/mounts");
  int found = 0;
  for (std::string line; std::getline(mounts, line);) {
    if (line.find(" cgroup ") == std::string::npos) continue;
    for (const char* controller : {",memory", ",pids", ",name=systemd"})
      if (line.find(controller) != std::string::npos) ++found;
  }
  return found == 3;
}

bool has_unified_groups() {
  std::ifstream mounts("/proc/self/mounts");
  for (std::string line; std::getline(mounts, line);)
    if (line.find(" cgroup2 rw") != std::string::npos) return true;
  return false;
}

std::string why_no_namespaces() {
  try {
    run({.arguments = {"unshare", "--mount", "--pid", "--uts", "--ipc", "--cgroup", "--net", "--fork", "true"}});
    return "";
  } catch (const std::runtime_error& error) {
    return std::string("this machine grants no namespaces: ") + error.what();
  }
}

}  // namespace

fs::path trixie() { return PGWATCH_TRIXIE; }

std::string SystemdMachine::why_not(const SystemdOptions& options) {
  if (::geteuid() != 0) return "only root can boot a systemd of its own";
  const std::string cure = options.root == trixie() ? "scripts/trixie" : "scripts/install test";
  for (const char* program : {"usr/lib/systemd/systemd", "usr/bin/dbus-daemon"})
    if (!fs::exists(options.root / program)) return "there is no /" + std::string(program) + ": run " + cure;
  if (!has_unified_groups()) return "this machine has no control groups of version 2 that root may change";
  if (options.groups == ControlGroups::kLegacy && !has_legacy_groups())
    return "this machine has no control groups of version 1 for systemd, memory and pids";
  return why_no_namespaces();
}

SystemdMachine::SystemdMachine(const SystemdOptions& options) {
  furnish(folder_.path(), options);
  const char* groups = options.groups == ControlGroups::kLegacy ? "legacy" : "unified";
  process_.emplace(Command{.arguments = {PGWATCH_BOOT_SYSTEMD, "boot", folder_.path(), options.root, groups}});
  const auto has_booted = [&] {
    if (!process_->running()) throw std::runtime_error("systemd did not boot: " + process_->errors());
    pid_ = pid_in(folder_.path() / "pid");
    return pid_ > 0 && fs::exists(run_folder() / "dbus" / "system_bus_socket");
  };
  if (!eventually(has_booted)) throw std::runtime_error("systemd has no bus: " + process_->errors());
  const Process booted(inside({"systemctl", "is-system-running", "--wait"}));
  if (!booted.wait()) throw std::runtime_error("systemd does not come to an end of its boot: " + journal());
}

// Its folder goes when the last process has gone, and the control groups with it.
SystemdMachine::~SystemdMachine() {
  if (process_->running()) ::kill(pid_, SIGKILL);
  [[maybe_unused]] const bool gone = is_gone();
}

std::string SystemdMachine::bus_address() const {
  return "unix:path=" + (run_folder() / "dbus" / "system_bus_socket").string();
}

Command SystemdMachine::inside(std::vector<std::string> arguments, const Environment& environment) const {
  std::vector<std::string> all{"/usr/bin/nsenter", "--target", std::to_string(pid_), "--all", "--root", "--wd", "--"};
  all.insert(all.end(), arguments.begin(), arguments.end());
  Environment variables = environment;
  variables.insert({{"PATH", kPath}, {"LC_ALL", "C.UTF-8"}});
  return {.arguments = std::move(all), .environment = std::move(variables)};
}

std::string SystemdMachine::run(std::vector<std::string> arguments) const {
  return test::run(inside(std::move(arguments)));
}

std::string SystemdMachine::systemctl(std::vector<std::string> arguments) const {
  arguments.insert(arguments.begin(), {"systemctl", "--no-pager"});
  return run(std::move(arguments));
}

std::string SystemdMachine::show(const std::string& unit, const std::string& property) const {
  std::string value = systemctl({"show", "--value", "--property", property, unit});
  while (value.ends_with('\n')) value.pop_back();
  return value;
}

bool SystemdMachine::becomes(const std::string& unit, const std::string& property, const std::string& value) const {
  return eventually([&] { return show(unit, property) == value; });
}

std::string SystemdMachine::journal(const std::string& unit) const {
  run({"journalctl", "--sync"});
  std::vector<std::string> arguments{"journalctl", "--no-pager", "--quiet"};
  if (!unit.empty()) arguments.insert(arguments.end(), {"--unit", unit});
  return run(std::move(arguments));
}

void SystemdMachine::write(const std::string& path, const std::string& text) const {
  run({"sh", "-c", "mkdir -p \"${1%/*}\" && printf %s \"$2\" >\"$1\"", "write", path, text});
}

void SystemdMachine::install_unit(const std::string& name, const std::string& text) const {
  write(std::string(kUnitFolder) + "/" + name, text);
  systemctl({"daemon-reload"});
}

bool SystemdMachine::stop() {
  ::kill(pid_, SIGRTMIN + 4);
  return is_gone();
}

bool SystemdMachine::is_gone() const {
  return process_->wait() && eventually([&] { return !fs::exists(folder_.path()); });
}

}  // namespace pgwatch::test
