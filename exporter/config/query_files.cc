#include "exporter/config/query_files.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <stdexcept>

#include "exporter/config/query_formats.h"
#include "exporter/config/values.h"
#include "exporter/model/check.h"
#include "exporter/model/world.h"
#include "exporter/util/file.h"

namespace pgwatch::config {
namespace {

namespace fs = std::filesystem;

// -- Formats ----------------------------------------------------------------------------------------------------------

bool has_key(const Node& node, std::string_view key) {
  return std::ranges::any_of(node.entries, [&](const Entry& entry) { return entry.key == key; });
}

template <std::size_t kCount>
bool has_any(const Node& node, const std::array<std::string_view, kCount>& keys) {
  return std::ranges::any_of(keys, [&](std::string_view key) { return has_key(node, key); });
}

// Whether a namespace says what only pg_exporter reads; else it means the same in both formats.
bool is_pg_exporters(const Node& query) {
  constexpr std::array<std::string_view, 11> kOfQuery = {
      "name", "desc",     "ttl",   "timeout",          "tags", "min_version", "max_version",
      "skip", "priority", "fatal", "predicate_queries"};
  constexpr std::array<std::string_view, 4> kOfColumn = {"rename", "scale", "default", "bucket"};
  if (has_any(query, kOfQuery)) return true;
  for (const Entry& entry : query.entries)
    for (const NodePtr& item : entry.value->items)
      for (const Entry& column : item->entries)
        if (entry.key == "metrics" && has_any(*column.value, kOfColumn)) return true;
  return false;
}

// -- Files ------------------------------------------------------------------------------------------------------------

struct QueryFiles {
  const Node* path = nullptr;
  ReadQueries format = nullptr;  // none: by its looks
  std::vector<std::string> servers = {};
};

ReadQueries read_format(const Reader& reader, const Node& node) {
  return reader.choice<ReadQueries>(node, {{"pgwatch", read_own_queries},
                                           {"postgres_exporter", read_postgres_exporter_queries},
                                           {"pg_exporter", read_pg_exporter_queries},
                                           {"sql_exporter", read_sql_exporter_queries}});
}

QueryFiles read_entry(const Reader& reader, const Node& node) {
  QueryFiles files;
  if (node.kind != Node::Kind::kMapping) return {.path = &node};
  reader.mapping(node, {{"file", [&](const Node& value) { files.path = &value; }},
                        {"format", [&](const Node& value) { files.format = read_format(reader, value); }},
                        {"servers", [&](const Node& value) { files.servers = reader.texts(value); }}});
  if (files.path == nullptr)
    reader.fail(node.at, "expected a file, as {file: queries.yaml, format: postgres_exporter}");
  return files;
}

class FilesReader {
 public:
  FilesReader(const Reader& reader, const std::string& configuration, const Environment& environment)
      : reader_(reader), folder_(fs::path(configuration).parent_path()), environment_(environment) {}

  void read(const QueryFiles& files) {
    for (const std::string& path : paths(*files.path)) read_file_of(path, files);
  }

  std::vector<Collector> take() { return std::move(queries_); }

 private:
  // Those that a pattern takes may be none, and come in the order of their names.
  std::vector<std::string> paths(const Node& node) const {
    const fs::path path = folder_ / reader_.text(node);
    const std::string pattern = path.filename().string();
    if (pattern.find_first_of("*?") == std::string::npos) return {path.string()};
    std::vector<std::string> found;
    std::error_code error;
    const fs::path folder = path.parent_path().empty() ? fs::path(".") : path.parent_path();
    for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error))
      if (const std::string name = it->path().filename().string(); !name.starts_with('.') && matches(pattern, name))
        found.push_back((path.parent_path() / name).string());
    if (error) reader_.fail(node.at, "cannot read folder " + folder.string() + ": " + error.message());
    std::ranges::sort(found);
    return found;
  }

  void read_file_of(const std::string& path, const QueryFiles& files) {
    std::string text;
    try {
      text = pgwatch::read_file(path);
    } catch (const std::runtime_error& error) {
      reader_.fail(files.path->at, "cannot read query file " + path + ": " + error.what());
    }
    const NodePtr root = parse_document(text, path);
    const ReadQueries queries_of = files.format != nullptr ? files.format : format_of(*root);
    for (Collector& query : queries_of(Reader(path, environment_), *root)) {
      if (query.servers.empty()) query.servers = files.servers;
      add(std::move(query));
    }
  }

  void add(Collector query) {
    const auto same = std::ranges::find(queries_, query.name, &Collector::name);
    if (same != queries_.end())
      throw Error(query.origin + ": query " + query.name + " stands also at " + same->origin + "; names must differ");
    share_help(query);
    queries_.push_back(std::move(query));
  }

  // Queries that share a metric often describe it each in words of their own; a page has room for one help.
  void share_help(Collector& query) {
    for (Column& column : query.columns)
      if (is_metric(column)) column.help = helps_.try_emplace(metric_name(query, column), column.help).first->second;
  }

  const Reader& reader_;
  const fs::path folder_;
  const Environment& environment_;
  std::vector<Collector> queries_;
  std::map<std::string, std::string> helps_;  // of each metric, the first
};

}  // namespace

ReadQueries format_of(const Node& root) {
  if (root.kind != Node::Kind::kMapping) return read_own_queries;
  if (has_key(root, "collector_name")) return read_sql_exporter_queries;
  const bool is_theirs =
      std::ranges::any_of(root.entries, [](const Entry& entry) { return is_pg_exporters(*entry.value); });
  return is_theirs ? read_pg_exporter_queries : read_postgres_exporter_queries;
}

std::vector<Collector> read_query_files(const Reader& reader, const Node& node, const std::string& configuration,
                                        const Environment& environment) {
  FilesReader files(reader, configuration, environment);
  for (const NodePtr& item : reader.items(node)) files.read(read_entry(reader, *item));
  return files.take();
}

}  // namespace pgwatch::config
