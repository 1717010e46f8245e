// SystemdMachine: a real systemd as process 1 of a machine of its own, which is made of namespaces. It has this
// machine's files or those of scripts/trixie, no network but a loopback, no services but a bus and a journal, and
// control groups below a fresh one. Takes root. It never outlives the test, and leaves nothing.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/process.h"
#include "tests/support/temporary_folder.h"

namespace pgwatch::test {

enum class ControlGroups {
  kUnified,  // version 2, where a machine of both kinds tells processor time alone
  kLegacy,   // version 1, which tells memory and tasks too
};

// Where scripts/trixie puts the files of a Debian 13.
std::filesystem::path trixie();

struct SystemdOptions {
  std::filesystem::path root = "/";  // whose files it has: those of this machine, or trixie()
  ControlGroups groups = ControlGroups::kUnified;
  std::map<std::string, std::string> units = {};  // by name; those of the system
  std::map<std::string, std::string> files = {};  // by path
  std::vector<BindMount> mounts = {};             // what it sees of ours; targets are paths there
  // Programs of ours that it has, which are mounts also, and come with the libraries that its root lacks.
  std::vector<BindMount> programs = {};
  std::string user = {};  // of this machine, who is the same there
};

class SystemdMachine {
 public:
  // "" where such a machine can be; else why not, with the cure.
  static std::string why_not(const SystemdOptions& options = {});

  // Boots it, and waits for its bus. Throws std::runtime_error with what was said where that does not come.
  explicit SystemdMachine(const SystemdOptions& options = {});
  ~SystemdMachine();

  pid_t pid() const { return pid_; }  // of its systemd, as we see it

  // Of its system bus, for anybody here.
  std::string bus_address() const;

  std::filesystem::path run_folder() const { return folder_.path() / "run"; }  // its /run, where we see it

  // A command that runs as root in it, with such variables besides PATH.
  Command inside(std::vector<std::string> arguments, const Environment& environment = {}) const;

  // Runs it to its end and gives its output. Throws std::runtime_error where it fails.
  std::string run(std::vector<std::string> arguments) const;
  std::string systemctl(std::vector<std::string> arguments) const;

  // A property of a unit, as systemctl shows it.
  std::string show(const std::string& unit, const std::string& property) const;

  // Waits until that property is this. False where it never was.
  [[nodiscard]] bool becomes(const std::string& unit, const std::string& property, const std::string& value) const;

  std::string journal(const std::string& unit = "") const;  // so far; of all units where none is named

  void write(const std::string& path, const std::string& text) const;
  void install_unit(const std::string& name, const std::string& text) const;  // systemd knows it when this returns

  // As a power button would. False where it did not go down in time.
  [[nodiscard]] bool stop();

 private:
  bool is_gone() const;

  TemporaryFolder folder_;
  std::optional<Process> process_;
  pid_t pid_ = -1;
};

}  // namespace pgwatch::test
