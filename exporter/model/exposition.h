// The exposition writer: Blocks to Prometheus text format 0.0.4.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "exporter/model/block.h"

namespace pgwatch {

struct Page {
  std::string text;
  // Samples left out: another Block of the same labels had said them, or an earlier one gave the family another type.
  std::uint64_t duplicates = 0;
};

// Families are sorted by name and grouped across Blocks; within a family the Blocks' order holds. HELP and TYPE come
// once, from the first. Within one Block a Sink has already dropped duplicates; here they can only come from two Blocks
// with the same labels, and only such pairs are compared. A null Block is one that was not served, and says nothing.
Page write_exposition(std::span<const BlockPtr> blocks);

inline constexpr const char* kExpositionContentType = "text/plain; version=0.0.4; charset=utf-8";

}  // namespace pgwatch
