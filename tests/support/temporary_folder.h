// TemporaryFolder: a folder of a test's own, removed with all its contents at the end.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace pgwatch::test {

class TemporaryFolder {
 public:
  // Everybody may read and enter it. It belongs to `owner` where one is named, which takes root.
  explicit TemporaryFolder(const std::string& owner = "");
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }

  // Writes a file into it and says where it is.
  std::filesystem::path write(const std::string& name, std::string_view text) const;

 private:
  std::filesystem::path path_;
};

}  // namespace pgwatch::test
