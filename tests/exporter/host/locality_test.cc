// Whether a server is here, on machines made of a few files.
#include "exporter/host/locality.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <ctime>
#include <filesystem>
#include <fstream>

#include "tests/support/temporary_folder.h"

namespace pgwatch {
namespace {

using testing::AllOf;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr double kBooted = 1'000'000;
constexpr const char* kMountinfo = "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n";

class LocalityTest : public testing::Test {
 protected:
  LocalityTest() {
    write("1", "stat", stat_line(1, "init", 0));
    write("self", "cgroup", "0::/system.slice/pgwatch.service\n");
    server(42, "postgres", 500);
  }

  static std::string stat_line(int pid, const std::string& name, int began) {
    return std::to_string(pid) + " (" + name + ") S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 " +
           std::to_string(began * 100) + " 0 0\n";
  }

  void write(const std::string& process, const std::string& name, const std::string& text) {
    const std::filesystem::path folder = proc_.path() / process;
    std::filesystem::create_directories(folder);
    std::ofstream(folder / name) << text;
  }

  // A process that began so many seconds after the machine.
  void server(int pid, const std::string& name, int began,
              const std::string& cgroup = "0::/system.slice/postgresql.service\n") {
    write(std::to_string(pid), "stat", stat_line(pid, name, began));
    write(std::to_string(pid), "cgroup", cgroup);
    write(std::to_string(pid), "mountinfo", kMountinfo);
  }

  Locality locate(const std::string& address, const std::vector<ServerProcess>& processes) const {
    return locate_server(address, processes,
                         {.proc = proc_.path(), .addresses = {"192.0.2.7", "2001:db8::7"}, .booted = kBooted});
  }

  std::string reason(const std::string& address, const std::vector<ServerProcess>& processes) const {
    return locate(address, processes).reason;
  }

  test::TemporaryFolder proc_;
  const std::vector<ServerProcess> its_own_ = {{42, kBooted + 500.2}};
};

TEST_F(LocalityTest, AProcessOfItsThatIsOursProvesThatTheServerIsHere) {
  for (const char* address : {"", "127.0.0.1", "127.0.1.1", "::1", "192.0.2.7", "2001:db8::7"})
    EXPECT_EQ(reason(address, its_own_), "") << address;
  EXPECT_THAT(locate("", its_own_).mounts, SizeIs(1)) << "as the server sees them";
}

TEST_F(LocalityTest, AnAddressOfNoneOfOursIsAnotherMachines) {
  const Locality found = locate("192.0.2.8", its_own_);
  EXPECT_EQ(found.reason, "remote");
  EXPECT_THAT(found.detail, AllOf(HasSubstr("192.0.2.8"), HasSubstr("`local: true`")));
}

TEST_F(LocalityTest, OneProcessOfSeveralIsEnough) {
  EXPECT_EQ(reason("", {{7, kBooted + 1}, {41, kBooted + 500.2}, {42, kBooted + 500.2}}), "");
}

TEST_F(LocalityTest, NoProcessIsNoProof) {
  EXPECT_EQ(reason("", {}), "container");
  EXPECT_EQ(reason("127.0.0.1", {{43, kBooted + 500.2}}), "container");
}

// A container counts its processes from 1, and so do we.
TEST_F(LocalityTest, AProcessOfThatNumberWhichBeganAtAnotherTimeIsNotTheServers) {
  EXPECT_EQ(reason("", {{42, kBooted + 498}}), "container");
  EXPECT_EQ(reason("", {{42, kBooted + 506}}), "container");
  EXPECT_EQ(reason("", {{42, kBooted + 504}}), "") << "a busy machine is slow to start one";
}

TEST_F(LocalityTest, AProcessOfAnotherNameIsNotTheServers) {
  server(42, "nginx", 500);
  EXPECT_EQ(reason("", its_own_), "container");
  server(42, "postmaster", 500);
  EXPECT_EQ(reason("", its_own_), "");
  server(42, "my) (postgres", 500);
  EXPECT_EQ(reason("", its_own_), "") << "parentheses in a name";
}

TEST_F(LocalityTest, WhatCannotBeReadProvesNothing) {
  for (const char* text : {"", "42", "42 (postgres", "42 (postgres) S 1", ") 42 ("}) {
    write("42", "stat", text);
    EXPECT_EQ(reason("", its_own_), "container") << text;
  }
}

TEST_F(LocalityTest, HiddenProcessesAreTold) {
  std::filesystem::remove_all(proc_.path() / "1");
  std::filesystem::remove_all(proc_.path() / "42");
  const Locality found = locate("", its_own_);
  EXPECT_EQ(found.reason, "hidden");
  EXPECT_THAT(found.detail, HasSubstr("ProtectProc=default"));
}

TEST_F(LocalityTest, AServerInAContainerIsNotHere) {
  server(42, "postgres", 500, "0::/machine.slice/libpod-0123abcd.scope/container\n");
  const Locality found = locate("", its_own_);
  EXPECT_EQ(found.reason, "container");
  EXPECT_THAT(found.detail, HasSubstr("libpod-0123abcd.scope"));
}

TEST_F(LocalityTest, AContainerThatIsOursTooIsHere) {
  const std::string cgroup = "5:memory:/docker/0123\n0::/docker/0123\n";
  server(42, "postgres", 500, cgroup);
  write("self", "cgroup", cgroup);
  EXPECT_EQ(reason("", its_own_), "");
  write("self", "cgroup", "5:memory:/docker/4567\n0::/docker/4567\n");
  EXPECT_EQ(reason("", its_own_), "container");
}

TEST(Container, IsKnownByItsCgroup) {
  for (const char* folder : {"libpod-payload-0123", "docker-0123.scope", "cri-containerd-0123.scope", "crio-0123.scope",
                             "nerdctl-0123.scope", "lxc.payload.db", "machine-db.scope", "systemd-nspawn@db.service"})
    EXPECT_EQ(container_in("0::/a.slice/" + std::string(folder) + "\n"), folder);
  EXPECT_EQ(container_in("4:memory:/docker/0123\n"), "0123");
  EXPECT_EQ(container_in("0::/kubepods.slice/kubepods-pod12.slice/cri-containerd-0123.scope"),
            "cri-containerd-0123.scope");
  for (const char* none :
       {"", "0::/\n", "0::/system.slice/postgresql@15-main.service\n", "0::/system.slice/docker.service",
        "0::/user.slice/user-1000.slice/session-1.scope\n", "1:name=systemd:/machine.slice\n"})
    EXPECT_EQ(container_in(none), "") << none;
}

// -- This machine -----------------------------------------------------------------------------------------------------

TEST(ThisMachine, HasMounts) { EXPECT_THAT(own_mounts(this_machine()), testing::Not(IsEmpty())); }

TEST(ThisMachine, BeganBeforeNow) {
  const Machine machine = this_machine();
  EXPECT_GT(machine.booted, 0);
  EXPECT_LT(machine.booted, static_cast<double>(std::time(nullptr)));
  EXPECT_GT(machine.ticks_per_second, 0);
}

}  // namespace
}  // namespace pgwatch
