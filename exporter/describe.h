// describe: the reference of collectors and metrics, as Markdown. Made from the collectors themselves.
#pragma once

#include <span>
#include <string>

#include "exporter/model/collector.h"

namespace pgwatch {

std::string describe(std::span<const Collector> catalogue);

}  // namespace pgwatch
