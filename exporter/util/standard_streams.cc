#include "exporter/util/standard_streams.h"

#include <fcntl.h>
#include <unistd.h>

#include <initializer_list>

namespace pgwatch {

void open_standard_streams() {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    // open() takes the lowest free number, and those below are taken.
    if (::fcntl(stream, F_GETFD) < 0) ::open("/dev/null", O_RDWR);
  }
}

}  // namespace pgwatch
