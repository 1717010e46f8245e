#include "exporter/host/locality.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <memory>
#include <optional>
#include <sstream>
#include <stdexcept>

#include "exporter/util/file.h"

namespace pgwatch {
namespace {

// A process tells its server that it has begun a moment after it has, and later on a busy machine. Another one of that
// name and number would have to have begun within it, too.
constexpr double kEarliest = -1;
constexpr double kLatest = 5;

constexpr const char* kSayLocal =
    "where its paths are those of this machine all the same, say `local: true` of the target";

// "" where it is not there, or nobody may read it.
std::string text_of(const std::string& path) {
  try {
    return read_file(path);
  } catch (const std::runtime_error&) {
    return "";
  }
}

// -- Addresses --------------------------------------------------------------------------------------------------------

std::string spelled(const sockaddr* address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const void* bytes = nullptr;
  if (address != nullptr && address->sa_family == AF_INET)
    bytes = &reinterpret_cast<const sockaddr_in*>(address)->sin_addr;
  if (address != nullptr && address->sa_family == AF_INET6)
    bytes = &reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr;
  if (bytes == nullptr || ::inet_ntop(address->sa_family, bytes, text.data(), text.size()) == nullptr) return "";
  return text.data();
}

std::vector<std::string> own_addresses() {
  ifaddrs* list = nullptr;
  if (::getifaddrs(&list) != 0) return {};
  const std::unique_ptr<ifaddrs, void (*)(ifaddrs*)> owner(list, ::freeifaddrs);
  std::vector<std::string> addresses;
  for (const ifaddrs* one = list; one != nullptr; one = one->ifa_next)
    if (std::string address = spelled(one->ifa_addr); !address.empty()) addresses.push_back(std::move(address));
  return addresses;
}

bool is_own(const std::string& address, const Machine& machine) {
  return address.empty() || address.starts_with("127.") || address == "::1" ||
         std::ranges::find(machine.addresses, address) != machine.addresses.end();
}

double seconds_of(clockid_t clock) {
  timespec time{};
  ::clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

// -- Processes --------------------------------------------------------------------------------------------------------

std::string file_of(const Machine& machine, const std::string& process, const char* name) {
  return text_of(machine.proc + "/" + process + "/" + name);
}

// When a server's process began; nothing where it is no such process. Its name stands in parentheses and may hold some.
std::optional<double> began(const std::string& stat, const Machine& machine) {
  const std::size_t open = stat.find('(');
  const std::size_t close = stat.rfind(')');
  if (open == std::string::npos || close == std::string::npos || close < open) return std::nullopt;
  const std::string name = stat.substr(open + 1, close - open - 1);
  if (name.find("postgres") == std::string::npos && name.find("postmaster") == std::string::npos) return std::nullopt;
  constexpr int kFieldsBetween = 19;  // the state is the third, and the start the 22nd
  std::istringstream words(stat.substr(close + 1));
  std::string word;
  for (int i = 0; i < kFieldsBetween; ++i) words >> word;
  double ticks = 0;
  if (!(words >> ticks)) return std::nullopt;
  return machine.booted + ticks / machine.ticks_per_second;
}

bool is_here(const ServerProcess& process, const Machine& machine) {
  const auto start = began(file_of(machine, std::to_string(process.pid), "stat"), machine);
  if (!start) return false;
  const double later = process.started - *start;
  return later >= kEarliest && later <= kLatest;
}

// One of others is there everywhere, and everybody may know it unless /proc hides them.
bool hides_processes(const Machine& machine) { return file_of(machine, "1", "stat").empty(); }

// -- Containers -------------------------------------------------------------------------------------------------------

bool is_container(std::string_view folder) {
  constexpr std::array<std::string_view, 9> kBegins = {"libpod-",  "docker-",  "cri-containerd-",
                                                       "crio-",    "nerdctl-", "lxc.payload",
                                                       "machine-", "kubepods", "systemd-nspawn@"};
  return std::ranges::any_of(kBegins, [&](std::string_view begin) { return folder.starts_with(begin); });
}

// Docker on cgroups of version 1, and LXC: /docker/0123…
bool holds_containers(std::string_view folder) { return folder == "docker" || folder == "lxc"; }

Locality not_here(std::string reason, const std::string& what) {
  return {std::move(reason), what + "; " + kSayLocal, {}};
}

Locality where_nothing_proves_it(const Machine& machine) {
  if (hides_processes(machine))
    return not_here(
        "hidden",
        "/proc hides the processes of others from pgwatch, so nothing proves that the server is here; cure: "
        "ProtectProc=default in pgwatch's unit");
  return not_here("container",
                  "none of the server's processes is one of this machine's: it is in a container, or behind a tunnel");
}

}  // namespace

Machine this_machine() {
  return {.addresses = own_addresses(),
          .booted = seconds_of(CLOCK_REALTIME) - seconds_of(CLOCK_BOOTTIME),
          .ticks_per_second = static_cast<double>(::sysconf(_SC_CLK_TCK))};
}

std::vector<Mount> own_mounts(const Machine& machine) {
  return parse_mounts(file_of(machine, "thread-self", "mountinfo"));
}

Locality locate_server(const std::string& address, const std::vector<ServerProcess>& processes,
                       const Machine& machine) {
  if (!is_own(address, machine))
    return not_here("remote", "the server's address, " + address + ", is none of this machine's");
  const auto found = std::ranges::find_if(processes, [&](const ServerProcess& one) { return is_here(one, machine); });
  if (found == processes.end()) return where_nothing_proves_it(machine);
  const std::string pid = std::to_string(found->pid);
  const std::string container = container_in(file_of(machine, pid, "cgroup"));
  if (!container.empty() && container != container_in(file_of(machine, "self", "cgroup")))
    return not_here("container", "the server runs in a container, " + container);
  return {.mounts = parse_mounts(file_of(machine, pid, "mountinfo"))};
}

// The innermost of them. Where we are in it, too, the kernel does not even tell.
std::string container_in(std::string_view cgroup) {
  std::string found;
  std::istringstream lines{std::string(cgroup)};
  for (std::string line; std::getline(lines, line);) {
    const std::size_t path = line.find(":/");
    if (path == std::string::npos) continue;
    std::istringstream folders(line.substr(path + 2));
    std::string before;
    for (std::string folder; std::getline(folders, folder, '/'); before = folder)
      if (is_container(folder) || holds_containers(before)) found = folder;
  }
  return found;
}

}  // namespace pgwatch
