// Impostors: programs of a test's own in the place of the machine's.
#pragma once

#include <filesystem>
#include <string>

#include "tests/support/temporary_folder.h"

namespace pgwatch::test {

class Impostors {
 public:
  // A program of this name is this shell script.
  void add(const std::string& name, const std::string& script) const {
    const auto file = folder_.write(name, "#!/bin/sh\n" + script + "\n");
    std::filesystem::permissions(file, std::filesystem::perms(0755));
  }

  // For the variable PATH: they come before the programs of these folders.
  std::string before(const std::string& folders) const { return folder_.path().string() + ":" + folders; }

 private:
  TemporaryFolder folder_;
};

}  // namespace pgwatch::test
