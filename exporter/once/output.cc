#include "exporter/once/output.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <utility>

#include "exporter/health/metrics.h"
#include "exporter/model/exposition.h"

namespace pgwatch::once {
namespace {

[[noreturn]] void fail(const std::string& where) {
  throw std::runtime_error("cannot write " + where + ": " + std::strerror(errno));
}

void write_all(int file, std::string_view text, const std::string& where) {
  while (!text.empty()) {
    const ssize_t written = ::write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail(where);
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

// A rename would put a file in the place of a device, a pipe or a link, for everybody: /dev/stdout is a link.
void refuse_what_is_no_file(const std::string& path) {
  struct stat there {};
  if (::lstat(path.c_str(), &there) != 0 || S_ISREG(there.st_mode)) return;
  if (S_ISLNK(there.st_mode))
    throw std::runtime_error("cannot write " + path +
                             ": it is a symbolic link; name the file itself, or no --output for standard output");
  throw std::runtime_error("cannot write " + path + ": it is no regular file; without --output it is standard output");
}

// A file beside the one it is to become, removed where it does not.
class Draft {
 public:
  explicit Draft(const std::string& final)
      : final_(final), path_(final + ".pgwatch-XXXXXX"), file_(::mkstemp(path_.data())) {
    if (file_ < 0) fail(final_);
  }
  ~Draft() {
    if (file_ >= 0) ::close(file_);
    if (!published_) ::unlink(path_.c_str());
  }
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;

  // Whoever collects the file is somebody else: all may read it. A full disk may show as late as at the close.
  void publish(std::string_view text) {
    write_all(file_, text, final_);
    if (::fchmod(file_, S_IRUSR | S_IWUSR | S_IRGRP | S_IROTH) != 0) fail(final_);
    if (::close(std::exchange(file_, -1)) != 0) fail(final_);
    if (::rename(path_.c_str(), final_.c_str()) != 0) fail(final_);
    published_ = true;
  }

 private:
  const std::string final_;
  std::string path_;
  int file_ = -1;
  bool published_ = false;
};

bool may_colour(const Options& options) {
  const char* refused = std::getenv("NO_COLOR");
  return options.output.empty() && ::isatty(STDOUT_FILENO) == 1 && (refused == nullptr || *refused == '\0');
}

std::string page(const health::Result& result, std::vector<BlockPtr> blocks) {
  blocks.push_back(health::samples_of(result));
  return write_exposition(blocks).text;
}

}  // namespace

int exit_code(health::Status status, ExitStyle style) {
  using health::Status;
  switch (style) {
    case ExitStyle::kZero: return 0;
    case ExitStyle::kBinary: return status >= Status::kUnknown ? 1 : 0;
    case ExitStyle::kNagios: break;
  }
  switch (status) {
    case Status::kCritical: return 2;
    case Status::kUnknown: return kError;
    case Status::kWarning: return 1;
    default: return 0;
  }
}

int error_code(ExitStyle style) { return style == ExitStyle::kBinary ? 1 : kError; }

std::string rendered(const health::Result& result, const std::vector<BlockPtr>& told, const Options& options) {
  switch (options.format) {
    case Format::kHuman: return health::to_human(result, {options.verbose, may_colour(options)});
    case Format::kJson: return health::to_json(result);
    case Format::kPrometheus: return page(result, told);
  }
  return "";
}

void deliver(const std::string& text, const Options& options) {
  if (options.output.empty()) return write_all(STDOUT_FILENO, text, "the result");
  refuse_what_is_no_file(options.output);
  Draft(options.output).publish(text);
}

}  // namespace pgwatch::once
