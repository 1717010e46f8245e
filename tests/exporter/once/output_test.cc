#include "exporter/once/output.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "exporter/util/file.h"
#include "tests/support/temporary_folder.h"

namespace pgwatch::once {
namespace {

namespace fs = std::filesystem;

using health::Status;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// -- Exit status ------------------------------------------------------------------------------------------------------

std::vector<int> exit_codes(ExitStyle style) {
  std::vector<int> codes;
  for (const Status status :
       {Status::kOk, Status::kInactive, Status::kSkipped, Status::kWarning, Status::kCritical, Status::kUnknown})
    codes.push_back(exit_code(status, style));
  codes.push_back(error_code(style));
  return codes;
}

TEST(ExitCode, IsAPluginsByItself) { EXPECT_THAT(exit_codes(ExitStyle::kNagios), ElementsAre(0, 0, 0, 1, 2, 3, 3)); }

TEST(ExitCode, IsBinaryForHealthChecks) {
  EXPECT_THAT(exit_codes(ExitStyle::kBinary), ElementsAre(0, 0, 0, 0, 1, 1, 1));
}

TEST(ExitCode, IsZeroButForErrors) { EXPECT_THAT(exit_codes(ExitStyle::kZero), ElementsAre(0, 0, 0, 0, 0, 0, 3)); }

// -- Files ------------------------------------------------------------------------------------------------------------

std::vector<std::string> files_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.push_back(entry.path().filename());
  std::ranges::sort(names);
  return names;
}

void deliver_to(const fs::path& file, const std::string& text) {
  deliver(text, {.format = Format::kPrometheus, .output = file.string()});
}

std::string complaint(const fs::path& file, const std::string& text = "new\n") {
  try {
    deliver_to(file, text);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "";
}

TEST(OutputFile, IsWrittenForAllToRead) {
  const test::TemporaryFolder folder;
  const fs::path file = folder.path() / "pgwatch.prom";
  const mode_t old = ::umask(077);
  deliver_to(file, "new\n");
  ::umask(old);
  EXPECT_EQ(read_file(file), "new\n");
  EXPECT_EQ(fs::status(file).permissions(), fs::perms{0644});
  EXPECT_THAT(files_in(folder.path()), ElementsAre("pgwatch.prom"));
}

// Whoever reads the old one reads on undisturbed: the new one is another file.
TEST(OutputFile, TakesTheOldOnesPlaceAtOnce) {
  const test::TemporaryFolder folder;
  const fs::path file = folder.write("pgwatch.prom", "old\n");
  std::ifstream reader(file);
  deliver_to(file, "new\n");
  std::string line;
  std::getline(reader, line);
  EXPECT_EQ(line, "old");
  EXPECT_EQ(read_file(file), "new\n");
}

TEST(OutputFile, NeedsAFolder) {
  const test::TemporaryFolder folder;
  const std::string file = folder.path() / "nowhere" / "pgwatch.prom";
  EXPECT_EQ(complaint(file), "cannot write " + file + ": No such file or directory");
}

// A device that was replaced by a file would be gone for everybody.
TEST(OutputFile, ReplacesNothingThatIsNoFile) {
  const test::TemporaryFolder folder;
  const fs::path pipe = folder.path() / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_THAT(complaint(pipe), HasSubstr("pipe: it is no regular file"));
  EXPECT_THAT(complaint(folder.path()), HasSubstr("it is no regular file"));
  EXPECT_TRUE(fs::is_fifo(pipe));
  EXPECT_THAT(files_in(folder.path()), ElementsAre("pipe"));
}

// /dev/stdout is one, and to whatever it leads: that would be gone for everybody.
TEST(OutputFile, ReplacesNoLink) {
  const test::TemporaryFolder folder;
  const fs::path file = folder.write("file", "old\n");
  for (const fs::path& target : {file, folder.path() / "nowhere"}) {
    const fs::path link = folder.path() / "link";
    fs::create_symlink(target, link);
    EXPECT_THAT(complaint(link), HasSubstr("link: it is a symbolic link; name the file itself"));
    EXPECT_TRUE(fs::is_symlink(link));
    fs::remove(link);
  }
  EXPECT_EQ(read_file(file), "old\n");
  EXPECT_THAT(files_in(folder.path()), ElementsAre("file"));
}

TEST(OutputFile, OfAFolderThatMayNotBeWrittenStaysAsItWas) {
  constexpr uid_t kNobody = 65534;  // root may write everywhere
  const test::TemporaryFolder folder;
  const fs::path file = folder.write("pgwatch.prom", "old\n");
  fs::permissions(folder.path(), fs::perms{0555});
  const uid_t self = ::geteuid();
  ASSERT_EQ(::seteuid(self == 0 ? kNobody : self), 0);
  const std::string error = complaint(file);
  ASSERT_EQ(::seteuid(self), 0);
  fs::permissions(folder.path(), fs::perms{0755});
  EXPECT_EQ(error, "cannot write " + file.string() + ": Permission denied");
  EXPECT_EQ(read_file(file), "old\n");
}

// A file may not grow beyond this, as on a disk that is full.
class SmallFiles {
 public:
  explicit SmallFiles(rlim_t bytes) {
    ::getrlimit(RLIMIT_FSIZE, &old_);
    old_handler_ = std::signal(SIGXFSZ, SIG_IGN);
    const rlimit small = {bytes, old_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &small);
  }
  ~SmallFiles() {
    ::setrlimit(RLIMIT_FSIZE, &old_);
    std::signal(SIGXFSZ, old_handler_);
  }
  SmallFiles(const SmallFiles&) = delete;
  SmallFiles& operator=(const SmallFiles&) = delete;

 private:
  rlimit old_{};
  void (*old_handler_)(int) = nullptr;
};

TEST(OutputFile, ThatDoesNotFitLeavesTheOldOneAndNoDraft) {
  const test::TemporaryFolder folder;
  const fs::path file = folder.write("pgwatch.prom", "old\n");
  std::string error;
  {
    const SmallFiles small(4096);
    error = complaint(file, std::string(10'000, 'x'));
  }
  EXPECT_EQ(error, "cannot write " + file.string() + ": File too large");
  EXPECT_EQ(read_file(file), "old\n");
  EXPECT_THAT(files_in(folder.path()), ElementsAre("pgwatch.prom"));
}

TEST(OutputFile, OnAFullDiskLeavesNothingBehind) {
  const test::TemporaryFolder folder;
  if (::mount("tmpfs", folder.path().c_str(), "tmpfs", 0, "size=16k") != 0)
    GTEST_SKIP() << "only root may mount a disk that is full";
  const std::string error = complaint(folder.path() / "pgwatch.prom", std::string(100'000, 'x'));
  const std::vector<std::string> left = files_in(folder.path());
  ::umount(folder.path().c_str());
  EXPECT_THAT(error, HasSubstr("No space left on device"));
  EXPECT_THAT(left, IsEmpty());
}

// -- Standard output --------------------------------------------------------------------------------------------------

// Standard output goes here for a while.
class Redirected {
 public:
  explicit Redirected(int to) : kept_(::dup(STDOUT_FILENO)) {
    std::fflush(stdout);
    ::dup2(to, STDOUT_FILENO);
  }
  ~Redirected() {
    ::dup2(kept_, STDOUT_FILENO);
    ::close(kept_);
  }
  Redirected(const Redirected&) = delete;
  Redirected& operator=(const Redirected&) = delete;

 private:
  int kept_;
};

TEST(StandardOutput, ThatIsFullIsAnError) {
  const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
  if (full < 0) GTEST_SKIP() << "no /dev/full here";
  std::string error;
  {
    const Redirected redirected(full);
    error = complaint("");
  }
  ::close(full);
  EXPECT_EQ(error, "cannot write the result: No space left on device");
}

// -- Formats ----------------------------------------------------------------------------------------------------------

TEST(Rendered, IsAsItWasAskedFor) {
  const health::Result result;
  EXPECT_THAT(rendered(result, {}, {}), HasSubstr("UNKNOWN - nothing was checked"));
  EXPECT_THAT(rendered(result, {}, {.format = Format::kJson}), HasSubstr("{\"schema\":"));
  EXPECT_THAT(rendered(result, {}, {.format = Format::kPrometheus}), HasSubstr("pgwatch_once_status 3\n"));
}

}  // namespace
}  // namespace pgwatch::once
