// Foreign text as what the kernel says of mounts and of control groups: it is read or left out.
#include <cstddef>
#include <cstdint>
#include <string>

#include "exporter/host/locality.h"
#include "exporter/host/mounts.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(data, data + size);
  const std::vector<pgwatch::Mount> mounts = pgwatch::parse_mounts(text);
  for (const std::string& path : {std::string("/"), std::string("/srv/data"), "/" + text})
    if (const pgwatch::Mount* const mount = pgwatch::mount_of(mounts, path)) (void)pgwatch::place_on(*mount, path);
  (void)pgwatch::container_in(text);
  return 0;
}
