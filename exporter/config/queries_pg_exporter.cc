// The collector files of pg_exporter, which pgsty and Pigsty have.
#include <algorithm>

#include "exporter/config/query_formats.h"
#include "exporter/config/query_parts.h"

namespace pgwatch::config {
namespace {

// -- Columns ----------------------------------------------------------------------------------------------------------

[[noreturn]] void refuse_histogram(const Reader& reader, const Node& node) {
  reader.fail(node.at, "HISTOGRAM counts rows into buckets, which is not done here; count them in the SQL");
}

Use read_use(const Reader& reader, const Node& node) {
  const Node word = in_capitals(node);
  if (word.text == "HISTOGRAM") refuse_histogram(reader, node);
  return reader.choice<Use>(
      word, {{"LABEL", Use::kLabel}, {"GAUGE", Use::kGauge}, {"COUNTER", Use::kCounter}, {"DISCARD", Use::kDiscard}});
}

Column read_column(const Reader& reader, const Node& node, const Collector& query) {
  if (reader.entries(node).size() != 1)
    reader.fail(node.at, "expected one column, as - lag: {usage: GAUGE, description: \"…\"}");
  const Entry& entry = node.entries.front();
  Column column{.name = entry.key};
  double scale = 1;
  std::optional<double> otherwise;
  reader.mapping(*entry.value, {{"name", [&](const Node& value) { column.name = reader.literal(value); }},
                                {"usage", [&](const Node& value) { column.use = read_use(reader, value); }},
                                {"rename",
                                 [&](const Node& value) {
                                   if (column.use == Use::kLabel)
                                     reader.fail(value.at,
                                                 "a label is not renamed here; rename the column in the SQL with AS");
                                   column.metric = query.prefix + "_" + reader.literal(value);
                                 }},
                                {"bucket", [&](const Node& value) { refuse_histogram(reader, value); }},
                                {"description", [&](const Node& value) { column.help = reader.literal(value); }},
                                {"scale", [&](const Node& value) { scale = read_number(reader, value); }},
                                {"default", [&](const Node& value) { otherwise = read_number(reader, value); }}});
  if (column.help.empty()) column.help = "Column " + column.name + " of the query " + query.name + ".";
  if (column.use != Use::kLabel && column.use != Use::kDiscard) column.read = number_or_time(scale, otherwise);
  return column;
}

// -- Tags -------------------------------------------------------------------------------------------------------------

struct Tags {
  bool per_database = true;
  std::optional<bool> in_recovery = {};
  std::string database = {};
  std::string extension = {};
};

std::string after(const std::string& tag, std::string_view begin) {
  return tag.starts_with(begin) ? tag.substr(begin.size()) : "";
}

void read_tag(const Reader& reader, const Node& node, Tags& tags) {
  const std::string tag = reader.literal(node);
  if (tag == "cluster") {
    tags.per_database = false;
  } else if (tag == "primary" || tag == "master" || tag == "leader") {
    tags.in_recovery = false;
  } else if (tag == "standby" || tag == "replica" || tag == "slave") {
    tags.in_recovery = true;
  } else if (tag.starts_with("dbname:")) {
    tags.database = after(tag, "dbname:");
    tags.per_database = false;
  } else if (tag.starts_with("extension:")) {
    tags.extension = after(tag, "extension:");
  } else if (!tag.starts_with("not:")) {  // what an exporter without tags never has
    reader.fail(node.at, "tag \"" + tag +
                             "\" has no meaning here; under `queries` in the configuration, `servers` says "
                             "which targets a file is for");
  }
}

// -- Queries ----------------------------------------------------------------------------------------------------------

// Where it is to be skipped, or not for PostgreSQL: then nothing else it says needs a meaning here.
bool is_passed_over(const Reader& reader, const Node& query) {
  return std::ranges::any_of(reader.entries(query), [&](const Entry& entry) {
    if (entry.key == "skip") return reader.boolean(*entry.value);
    return entry.key == "tags" && std::ranges::any_of(reader.items(*entry.value), [&](const NodePtr& tag) {
             return reader.literal(*tag) == "pgbouncer";
           });
  });
}

class QueryReader {
 public:
  QueryReader(const Reader& reader, const Entry& entry)
      : reader_(reader), entry_(entry), query_(new_query(reader, entry.key, entry.at)) {}

  Collector read() {
    reader_.mapping(*entry_.value,
                    {{"name", [&](const Node& node) { query_.prefix = reader_.literal(node); }},
                     {"desc", [&](const Node& node) { query_.help = reader_.literal(node); }},
                     {"query", [&](const Node& node) { sql_.text = read_sql(reader_, node); }},
                     {"ttl", [&](const Node& node) { ttl(node); }},
                     {"timeout", [&](const Node& node) { query_.timeout = read_plain_seconds(reader_, node); }},
                     {"min_version", [&](const Node& node) { sql_.since = version(node); }},
                     {"max_version", [&](const Node& node) { sql_.before = version(node); }},
                     {"tags", [&](const Node& node) { tags(node); }},
                     {"skip", [](const Node&) {}},  // looked at before
                     {"predicate_queries", [&](const Node& node) { refuse_predicates(node); }},
                     {"priority", [](const Node&) {}},  // one bad query spoils no other here, and none goes first
                     {"fatal", [](const Node&) {}},
                     {"metrics", [&](const Node& node) { columns(node); }}});
    query_.scope = tags_.per_database ? Scope::kDatabase : Scope::kServer;
    query_.database = tags_.database;
    query_.extension = tags_.extension;
    sql_.in_recovery = tags_.in_recovery;
    query_.source = std::vector<Sql>{sql_};
    drop_own_datname(query_);
    return checked_query(reader_, std::move(query_), entry_.at);
  }

 private:
  void ttl(const Node& node) {
    const Milliseconds ttl = read_plain_seconds(reader_, node);
    if (ttl.count() > 0) query_.interval = std::max<Milliseconds>(ttl, std::chrono::seconds{1});
  }

  int version(const Node& node) const {
    constexpr int kHighest = 999'999;
    return reader_.integer(node, 0, kHighest);
  }

  void tags(const Node& node) {
    for (const NodePtr& item : reader_.items(node)) read_tag(reader_, *item, tags_);
  }

  void refuse_predicates(const Node& node) const {
    if (!node.items.empty())
      reader_.fail(node.at,
                   "predicate_queries are not asked here; put the condition into the query, as WHERE EXISTS (…)");
  }

  void columns(const Node& node) {
    for (const NodePtr& item : reader_.items(node)) query_.columns.push_back(read_column(reader_, *item, query_));
  }

  const Reader& reader_;
  const Entry& entry_;
  Collector query_;
  Sql sql_;
  Tags tags_;
};

}  // namespace

std::vector<Collector> read_pg_exporter_queries(const Reader& reader, const Node& root) {
  std::vector<Collector> queries;
  for (const Entry& entry : reader.entries(root))
    if (!is_passed_over(reader, *entry.value)) queries.push_back(QueryReader(reader, entry).read());
  return queries;
}

}  // namespace pgwatch::config
