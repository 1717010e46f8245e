#include "exporter/postgres/passfile.h"

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdlib>

namespace pgwatch::postgres {
namespace {

std::string home() {
  const char* said = std::getenv("HOME");
  if (said != nullptr && *said != '\0') return said;
  passwd entry{};
  passwd* found = nullptr;
  std::array<char, 16 * 1024> memory{};
  ::getpwuid_r(::geteuid(), &entry, memory.data(), memory.size(), &found);
  return found == nullptr ? "" : found->pw_dir;
}

}  // namespace

std::string default_passfile() {
  const std::string folder = home();
  return folder.empty() ? "" : folder + "/.pgpass";
}

std::string passfile_problem(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return "";
  if (!S_ISREG(status.st_mode)) return "it is no plain file; name one in passfile";
  if ((status.st_mode & (S_IRWXG | S_IRWXO)) == 0) return "";
  return "others than its owner may use it; cure: chmod 0600";
}

}  // namespace pgwatch::postgres
