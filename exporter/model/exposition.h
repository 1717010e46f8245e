// The exposition writer: Blocks to Prometheus text format 0.0.4.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "exporter/model/block.h"

namespace pgwatch {

// Samples that a page lacks, of one Block and family: those its Sink dropped, and those dropped here.
struct Dropped {
  std::string server;
  std::string collector;
  std::string family;
  std::uint64_t duplicates = 0;  // the same labels had been said, or the family had another type
  std::uint64_t overflow = 0;    // the family was full
};

struct Page {
  std::string text;
  std::vector<Dropped> dropped = {};
};

// Families are sorted by name and grouped across Blocks; within a family the Blocks' order holds. HELP and TYPE come
// once, from the first. Within one Block a Sink has already dropped duplicates; here they can only come from two Blocks
// with the same labels, and only such pairs are compared. A family takes a Block's samples while it has fewer than that
// Block's max_series of the same server. A null Block is one that was not served, and says nothing.
Page write_exposition(std::span<const BlockPtr> blocks);

inline constexpr const char* kExpositionContentType = "text/plain; version=0.0.4; charset=utf-8";

}  // namespace pgwatch
