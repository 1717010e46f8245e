#include "tests/support/temporary_folder.h"

#include <pwd.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <stdexcept>
#include <system_error>

namespace pgwatch::test {
namespace {

void give_to(const std::filesystem::path& path, const std::string& owner) {
  const passwd* user = ::getpwnam(owner.c_str());
  if (user == nullptr) throw std::runtime_error("user " + owner + " does not exist on this machine");
  if (::chown(path.c_str(), user->pw_uid, user->pw_gid) != 0)
    throw std::system_error(errno, std::generic_category(), "giving " + path.string() + " to " + owner);
}

}  // namespace

TemporaryFolder::TemporaryFolder(const std::string& owner) {
  std::string name = (std::filesystem::temp_directory_path() / "pgwatch-test-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::system_error(errno, std::generic_category(), "making " + name);
  path_ = name;
  ::chmod(name.c_str(), 0755);
  if (!owner.empty()) give_to(path_, owner);
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::filesystem::path TemporaryFolder::write(const std::string& name, std::string_view text) const {
  const std::filesystem::path path = path_ / name;
  std::ofstream file(path, std::ios::binary);
  file << text << std::flush;
  if (!file) throw std::runtime_error("cannot write " + path.string());
  return path;
}

}  // namespace pgwatch::test
