// File systems of a server: whether there is room, and inodes.
#include "exporter/health/catalogue.h"
#include "exporter/health/wording.h"

namespace pgwatch::health {
namespace {

// "86 % of the file system is used (warning from 0.85)", as the configuration spells it.
std::string used(const Reading& reading, const std::string& of_what, const Threshold& threshold) {
  return percent(reading.value) + of_what + beyond(reading.value, threshold, Unit::kNumber);
}

// "wal /var/lib/postgresql/15/main/pg_wal", "tablespace fast /mnt/fast"
std::string place_of(const Reading& reading) {
  const std::string tablespace = reading.label("tablespace");
  return reading.label("use") + " " + (tablespace.empty() ? "" : tablespace + " ") + reading.label("path");
}

std::string why_unreadable(const std::string& reason) {
  if (reason == "permission")
    return "pgwatch may not enter there: let its unit have SupplementaryGroups= with the server's group, or "
           "AmbientCapabilities=CAP_DAC_READ_SEARCH";
  if (reason == "missing") return "is not there for pgwatch";
  if (reason == "elsewhere") return "is another folder for the server than for pgwatch";
  return "could not be looked at";
}

// What nobody may look at by default, as a data directory's inside, is no alarm; that it is not watched is told. A disk
// that answers with an error is.
void add_unreadable(const Evidence& evidence, std::vector<Finding>& findings) {
  for (const Reading& reading : evidence.readings("pg_filesystem_unreadable")) {
    const std::string reason = reading.label("reason");
    const Status status = reason == "error" ? Status::kUnknown : Status::kSkipped;
    findings.push_back({status, why_unreadable(reason), {}, place_of(reading)});
  }
}

std::vector<Finding> judge_used(const Evidence& evidence, const Threshold& threshold, const std::string& metric,
                                const std::string& of_what) {
  std::vector<Finding> findings;
  for (const Reading& reading : evidence.readings(metric))
    findings.push_back(
        {compare(reading.value, threshold), used(reading, of_what, threshold), reading.value, place_of(reading)});
  add_unreadable(evidence, findings);
  if (findings.empty()) findings.push_back({Status::kInactive, "the file systems do not say how full they are"});
  return findings;
}

std::vector<Finding> judge_space(const Evidence& evidence, const Threshold& threshold) {
  return judge_used(evidence, threshold, "pg_filesystem_used_ratio", " of the file system is used");
}

std::vector<Finding> judge_inodes(const Evidence& evidence, const Threshold& threshold) {
  return judge_used(evidence, threshold, "pg_filesystem_files_used_ratio", " of the file system's inodes are used");
}

}  // namespace

std::vector<Check> filesystem_checks() {
  const std::string collector = "filesystem";
  const Threshold threshold = {.warning = 0.85, .critical = 0.95};
  return {
      {{.name = "filesystem_space",
        .help = "Share of a file system of a server on this machine that is used.",
        .unit = Unit::kNumber,
        .threshold = threshold},
       collector,
       judge_space},
      {{.name = "filesystem_inodes",
        .help = "Share of its inodes that is used.",
        .unit = Unit::kNumber,
        .threshold = threshold},
       collector,
       judge_inodes},
  };
}

}  // namespace pgwatch::health
