// Suites of tests that share a machine with a real systemd, and run in each that there is.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>

#include "tests/support/systemd_machine.h"

namespace pgwatch::test {

// "own", which has this machine's files, and "trixie", which has those of scripts/trixie.
inline auto every_systemd() { return testing::Values(std::string("own"), std::string("trixie")); }

inline std::string systemd_name(const testing::TestParamInfo<std::string>& info) { return info.param; }

// A suite that is skipped with the reason where that machine cannot be:
//
//   class Units : public OnEachSystemd<Units> {
//    public:
//     static SystemdOptions options() { return {.units = …}; }
//     static void prepare(const SystemdMachine& machine) { machine.systemctl({"start", …}); }
//   };
//   INSTANTIATE_TEST_SUITE_P(, Units, every_systemd(), systemd_name);
//   TEST_P(Units, AreShown) { machine().show(…); }
template <typename Suite>
class OnEachSystemd : public testing::TestWithParam<std::string> {
 public:
  static SystemdOptions options() { return {}; }
  static void prepare(const SystemdMachine&) {}
  static void TearDownTestSuite() { machines().clear(); }

 protected:
  void SetUp() override {
    SystemdOptions options = Suite::options();
    if (GetParam() == "trixie") options.root = trixie();
    if (const std::string why = SystemdMachine::why_not(options); !why.empty()) GTEST_SKIP() << why;
    std::unique_ptr<SystemdMachine>& shared = machines()[GetParam()];
    if (shared) return;
    auto booted = std::make_unique<SystemdMachine>(options);
    Suite::prepare(*booted);
    shared = std::move(booted);
  }

  const SystemdMachine& machine() const { return *machines().at(GetParam()); }

 private:
  static std::map<std::string, std::unique_ptr<SystemdMachine>>& machines() {
    static std::map<std::string, std::unique_ptr<SystemdMachine>> all;
    return all;
  }
};

}  // namespace pgwatch::test
