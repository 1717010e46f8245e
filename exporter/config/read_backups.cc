#include "exporter/config/read_backups.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "exporter/config/values.h"

namespace pgwatch::config {
namespace {

using Limit = std::function<double(const Node&)>;

class BackupReader {
 public:
  explicit BackupReader(const Reader& reader) : reader_(reader) {}

  BackupSettings read(const Node& node) {
    if (node.kind != Node::Kind::kMapping)
      reader_.fail(node.at, "expected a backup, as {name: nightly, directory: /var/backups, pattern: \"*.dump\"}");
    std::vector<Reader::Field> fields = where();
    for (Reader::Field& field : limits()) fields.push_back(std::move(field));
    reader_.mapping(node, fields);
    refuse_contradictions(node);
    return std::move(settings_);
  }

 private:
  std::vector<Reader::Field> where() {
    Backup& backup = settings_.backup;
    return {
        {"name", [&](const Node& value) { backup.name = name(value); }},
        {"kind", [&](const Node& value) { backup.kind = kind(value); }},
        {"server", [&](const Node& value) { server(value); }},
        {"directory", [&](const Node& value) { backup.directory = path(value); }},
        {"pattern", [&](const Node& value) { backup.pattern = pattern(value); }},
        {"settled", [&](const Node& value) { backup.settled = settled(value); }},
        {"hypertables", [&](const Node& value) { backup.hypertables = hypertables(value); }},
        {"stanza", [&](const Node& value) { backup.stanza = given(value, "a stanza's name, as main"); }},
        {"program", [&](const Node& value) { backup.program = path(value); }},
        {"interval", [&](const Node& value) { backup.interval = reader_.duration(value, kSecond, kWeek); }},
    };
  }

  std::vector<Reader::Field> limits() {
    Backup& backup = settings_.backup;
    const Limit seconds = [this](const Node& node) { return duration(node); };
    const Limit bytes = [this](const Node& node) { return size(node); };
    const Limit shares = [this](const Node& node) { return share(node); };
    return {
        {"age", [=, this, &backup](const Node& node) { limit(node, seconds, Worse::kAbove, backup.age); }},
        {"share", [=, this, &backup](const Node& node) { limit(node, shares, Worse::kBelow, backup.share); }},
        {"size", [=, this, &backup](const Node& node) { limit(node, bytes, Worse::kBelow, backup.size); }},
        {"space", [=, this, &backup](const Node& node) { limit(node, shares, Worse::kAbove, backup.space); }},
    };
  }

  // -- Values ---------------------------------------------------------------------------------------------------------

  std::string name(const Node& node) const {
    std::string name = reader_.text(node);
    const auto is_good = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
    if (!name.empty() && std::ranges::all_of(name, is_good)) return name;
    reader_.fail_value(node, "a backup's name of a to z, 0 to 9 and _, as nightly");
  }

  std::string given(const Node& node, const std::string& expected) const {
    std::string text = reader_.text(node);
    if (text.empty()) reader_.fail_value(node, expected);
    return text;
  }

  Backup::Kind kind(const Node& node) const {
    return reader_.choice<Backup::Kind>(
        node,
        {{"files", Backup::Kind::kFiles}, {"wal", Backup::Kind::kWal}, {"pgbackrest", Backup::Kind::kPgbackrest}});
  }

  void server(const Node& node) {
    settings_.server_at = reader_.where(node.at);
    settings_.backup.server = given(node, "a target's name");
  }

  // What we run or list must not depend on the folder we were started in.
  std::string path(const Node& node) const {
    std::string path = reader_.text(node);
    if (path.starts_with('/')) return path;
    reader_.fail_value(node, "a path from the root on, as /var/backups");
  }

  std::string pattern(const Node& node) const {
    std::string pattern = reader_.text(node);
    const bool is_deep = std::ranges::count(pattern, '/') > 1;
    if (!pattern.empty() && !is_deep && !pattern.starts_with('/') && !pattern.ends_with('/')) return pattern;
    reader_.fail_value(node, "a pattern of names with * and ?, one folder deep at most, as *.dump or */base.tar");
  }

  std::chrono::seconds settled(const Node& node) const {
    return std::chrono::floor<std::chrono::seconds>(reader_.duration(node, Milliseconds{0}, kDay));
  }

  std::vector<std::string> hypertables(const Node& node) const {
    std::vector<std::string> names = reader_.texts(node);
    for (std::size_t i = 0; i < names.size(); ++i)
      if (names[i].find('.') == std::string::npos)
        reader_.fail_value(*node.items[i], "a hypertable with its schema, as market.bars");
    return names;
  }

  double duration(const Node& node) const {
    if (const auto value = read_seconds(reader_.text(node)); value > 0) return *value;
    reader_.fail_value(node, "a duration above 0, as 26h or 2d, or none");
  }

  double size(const Node& node) const {
    if (const auto value = read_size(reader_.text(node)); value > 0) return *value;
    reader_.fail_value(node, "a size above 0, as 100MiB or 2GiB, or none");
  }

  double share(const Node& node) const {
    const std::string text = reader_.text(node);
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error == std::errc{} && end == text.data() + text.size() && value > 0 && value <= 1) return value;
    reader_.fail_value(node, "a share above 0 and up to 1, as 0.5, or none");
  }

  void limit(const Node& node, const Limit& read, Worse worse, Threshold& threshold) const {
    const auto value = [&](const Node& one) -> std::optional<double> {
      if (one.kind == Node::Kind::kText && reader_.text(one) == "none") return std::nullopt;
      return read(one);
    };
    reader_.mapping(node, {{"warning", [&](const Node& one) { threshold.warning = value(one); }},
                           {"critical", [&](const Node& one) { threshold.critical = value(one); }}});
    const auto& [warning, critical, below] = threshold;
    if (!warning || !critical) return;
    if (worse == Worse::kAbove ? *warning > *critical : *warning < *critical)
      reader_.fail(node.at, std::string("it would be critical before it warns: give both, critical ") +
                                (worse == Worse::kAbove ? "above" : "below") + " warning");
  }

  // -- What cannot be together ----------------------------------------------------------------------------------------

  void refuse(const Node& node, bool is_wrong, const std::string& what) const {
    if (is_wrong) reader_.fail(node.at, "backup " + settings_.backup.name + ": " + what);
  }

  void refuse_contradictions(const Node& node) const {
    const Backup& backup = settings_.backup;
    if (backup.name.empty()) reader_.fail(node.at, "a backup without a name; give it one, as name: nightly");
    const bool is_pgbackrest = backup.kind == Backup::Kind::kPgbackrest;
    refuse(node, is_pgbackrest && backup.stanza.empty(), "kind: pgbackrest needs a stanza, as stanza: main");
    refuse(node, is_pgbackrest && !backup.directory.empty(),
           "kind: pgbackrest finds its repository itself; leave directory out");
    refuse(node, !is_pgbackrest && backup.directory.empty(), "expected a directory, as directory: /var/backups");
    refuse(node, !is_pgbackrest && !backup.stanza.empty(), "a stanza goes with kind: pgbackrest");
  }

  const Reader& reader_;
  BackupSettings settings_;
};

}  // namespace

std::vector<BackupSettings> read_backups(const Reader& reader, const Node& node) {
  std::vector<BackupSettings> all;
  for (const NodePtr& item : reader.items(node)) {
    BackupSettings read = BackupReader(reader).read(*item);
    const auto has_its_name = [&](const BackupSettings& one) { return one.backup.name == read.backup.name; };
    if (std::ranges::any_of(all, has_its_name))
      reader.fail(item->at, "there is a backup " + read.backup.name + " already; call this one otherwise");
    all.push_back(std::move(read));
  }
  return all;
}

}  // namespace pgwatch::config
