#include "tests/support/temporary_folder.h"

#include <pwd.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdlib>
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

// A server's folder is a thousand files, copied for a test of a second: memory takes a tenth of a disk's time for it.
std::filesystem::path home() {
  constexpr const char* kMemory = "/dev/shm";
  constexpr std::uint64_t kEnough = std::uint64_t{4} << 30;
  struct statvfs memory {};
  const bool may = std::getenv("TMPDIR") == nullptr && ::access(kMemory, W_OK) == 0 && ::statvfs(kMemory, &memory) == 0;
  if (may && (memory.f_flag & ST_NOEXEC) == 0 && std::uint64_t{memory.f_bavail} * memory.f_frsize >= kEnough)
    return kMemory;
  return std::filesystem::temp_directory_path();
}

}  // namespace

TemporaryFolder::TemporaryFolder(const std::string& owner) {
  std::string name = (home() / "pgwatch-test-XXXXXX").string();
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
