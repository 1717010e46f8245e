// The checks, a file for each group.
#pragma once

#include <span>
#include <vector>

#include "exporter/health/check.h"

namespace pgwatch::health {

std::vector<Check> backup_checks(std::span<const BackupPtr> backups);
std::vector<Check> filesystem_checks();
std::vector<Check> server_checks();
std::vector<Check> replication_checks();
std::vector<Check> slot_checks();
// One for each check of freshness that a target of the World has.
std::vector<Check> freshness_checks(const World& world);
// Of the columns to which users gave thresholds.
std::vector<Check> query_checks(const World& world);
// Of the units of service managers, where they are looked at.
std::vector<Check> systemd_checks(const World& world);

}  // namespace pgwatch::health
