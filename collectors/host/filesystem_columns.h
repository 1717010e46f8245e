// What is told of a file system, of a server's and of a backup's: the columns of figures_of() (exporter/host).
#pragma once

#include <string>
#include <vector>

#include "exporter/model/collector.h"

namespace pgwatch::collectors {

inline std::vector<Column> filesystem_columns(const std::string& prefix = "") {
  return {
      gauge(prefix + "size_bytes", "Size of the file system."),
      gauge(prefix + "available_bytes", "What is left there for everybody but root."),
      gauge(prefix + "free_bytes", "What is left there for root."),
      gauge(prefix + "used_ratio", "Share of the file system that is used, as df has it."),
      gauge(prefix + "files", "Files it can hold, in inodes; absent where it does not count them."),
      gauge(prefix + "files_free", "Inodes that are left."),
      gauge(prefix + "files_used_ratio", "Share of the inodes that is used."),
      gauge(prefix + "readonly", "1 where nothing can be written there."),
  };
}

}  // namespace pgwatch::collectors
