// Wording: numbers as a person reads them.
#pragma once

#include <string>

#include "exporter/model/threshold.h"

namespace pgwatch::health {

// "1.5 GiB", "250 ms", "3 h 20 m": three digits, or two units; "unknown" where it is no number.
std::string worded(double value, Unit unit);

// " (critical from 5 m)" for what the value has reached, "" where it is well.
std::string beyond(double value, const Threshold& threshold, Unit unit);

// "86 %" of a share.
std::string percent(double share);

}  // namespace pgwatch::health
