// A configuration's outside world, made up: three collectors, three checks, a reader of simple connection strings, a
// few variables.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "exporter/config/config.h"

namespace pgwatch::config {

std::vector<Collector> fake_catalogue();  // replication (fast), bloat (slow, off), disks (host)
std::vector<CheckInfo> fake_checks();     // up (no thresholds), lag (60 s, 300 s), retained (1 MiB, none)

Collector fake_freshness(const FreshnessCheckPtr& check);

Context fake_context(std::map<std::string, std::string> variables = {});

// A document that is right but for what is in front.
std::string with_target(const std::string& text);

Config parse_text(const std::string& text, std::map<std::string, std::string> variables = {});

// What the Error says; "" where there is none. The file is called f.yaml.
std::string error_of(const std::string& text, std::map<std::string, std::string> variables = {});

}  // namespace pgwatch::config
