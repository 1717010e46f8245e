#include "collectors/catalogue.h"

namespace pgwatch::collectors {

std::vector<Collector> catalogue() {
  return {
      replication(),
      replication_slots(),
  };
}

}  // namespace pgwatch::collectors
