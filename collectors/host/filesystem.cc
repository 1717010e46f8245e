// filesystem: how full the file systems are on which a server's data, its WAL and its tablespaces lie.
//
// The server says where they lie and which processes are its own; the host, whether these are here, and then how full.
#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <stdexcept>
#include <utility>
#include <variant>

#include "collectors/catalogue.h"
#include "collectors/host/filesystem_columns.h"
#include "exporter/host/filesystem.h"
#include "exporter/host/host.h"
#include "exporter/host/locality.h"
#include "exporter/model/failure.h"

namespace pgwatch::collectors {
namespace {

// The option `local`, as a target says it: exporter/config.
constexpr std::string_view kLocal = "local";
constexpr std::string_view kSaidToBeRemote = "0";
constexpr std::string_view kBelieved = "1";

constexpr std::array<std::string_view, 3> kPlace = {"use", "tablespace", "path"};

// Of the server's processes those that live long, and then the youngest of those it shows to this role, its own
// sessions: a clock may have been set since the others began. Tablespaces of no folder of their own are in the data
// directory.
constexpr const char* kFilesystemSql = R"sql(
SELECT place.use, place.tablespace, place.path, host(inet_server_addr()) AS address, known.processes
FROM (
  SELECT 0 AS position, 'data_directory' AS use, '' AS tablespace, current_setting('data_directory') AS path
  UNION ALL SELECT 1, 'wal', '', current_setting('data_directory') || '/pg_wal'
  UNION ALL
  SELECT 2, 'tablespace', spcname,
         CASE WHEN location LIKE '/%' THEN location ELSE current_setting('data_directory') || '/' || location END
  FROM (SELECT spcname, pg_tablespace_location(oid) AS location FROM pg_tablespace) AS tablespace
  WHERE location <> ''
) AS place
CROSS JOIN (
  SELECT coalesce(string_agg(pid || ' ' || extract(epoch FROM backend_start), ' '), '') AS processes
  FROM (SELECT pid, backend_start FROM pg_stat_activity WHERE backend_start IS NOT NULL
        ORDER BY backend_type = 'client backend', backend_start DESC LIMIT 30) AS one
) AS known
ORDER BY place.position, place.tablespace
)sql";

std::string remembered_at(const Memory& memory, std::string_view key) {
  const auto found = memory.find(key);
  return found == memory.end() ? "" : found->second;
}

// -- What the server said ---------------------------------------------------------------------------------------------

struct Place {
  std::string use;
  std::string tablespace;
  std::string path;
};

struct Claim {
  bool is_believed = false;
  std::string address;
  std::vector<ServerProcess> processes;
  std::vector<Place> places;
};

std::string key_of(std::size_t number, std::string_view column) {
  return std::to_string(number) + " " + std::string(column);
}

void remember_claim(const Rows& rows, Memory& memory) {
  for (std::size_t row = 0; row < rows.size(); ++row)
    for (const std::string_view column : kPlace) memory[key_of(row, column)] = rows.at(row, column).value_or("");
  memory["address"] = rows.at(0, "address").value_or("");
  memory["processes"] = rows.at(0, "processes").value_or("");
}

// Pairs of a number and a time.
std::vector<ServerProcess> read_processes(std::string_view text) {
  std::vector<ServerProcess> processes;
  const char* from = text.data();
  const char* const end = from + text.size();
  const auto read = [&](auto& number) {
    while (from != end && *from == ' ') ++from;
    const auto [rest, error] = std::from_chars(from, end, number);
    from = rest;
    return error == std::errc{};
  };
  for (ServerProcess one; read(one.pid) && read(one.started);) processes.push_back(one);
  return processes;
}

Claim claim_in(const Memory& memory) {
  Claim claim{.is_believed = remembered_at(memory, kLocal) == kBelieved,
              .address = remembered_at(memory, "address"),
              .processes = read_processes(remembered_at(memory, "processes")),
              .places = {}};
  for (std::size_t i = 0; memory.contains(key_of(i, "path")); ++i)
    claim.places.push_back({remembered_at(memory, key_of(i, "use")), remembered_at(memory, key_of(i, "tablespace")),
                            remembered_at(memory, key_of(i, "path"))});
  return claim;
}

// -- What the host says -----------------------------------------------------------------------------------------------

using Row = std::map<std::string, std::string>;

// Of the host's answer; the figures' come after them.
constexpr const char* kReason = "reason";  // why a path could not be looked at
constexpr const char* kDetail = "detail";
constexpr const char* kLeftAlone = "left_alone";  // why none is

std::string reason_of(const Row& row) {
  const auto found = row.find(kReason);
  return found == row.end() ? "" : found->second;
}

Rows rows_of(const std::vector<Row>& all) {
  std::vector<std::string> columns(kPlace.begin(), kPlace.end());
  columns.insert(columns.end(), {kReason, kDetail, kLeftAlone});
  for (const Column& column : filesystem_columns()) columns.push_back(column.name);
  Rows rows(columns);
  for (const Row& row : all) {
    std::vector<Cell> cells;
    for (const std::string& column : columns) {
      const auto found = row.find(column);
      cells.push_back(found == row.end() ? Cell() : Cell(found->second));
    }
    rows.add(cells);
  }
  return rows;
}

Row row_of(const Place& place, const std::vector<Mount>& own, const std::vector<Mount>& server) {
  Row row{{"use", place.use}, {"tablespace", place.tablespace}, {"path", place.path}};
  const auto look = look_at_filesystem(place.path, own, server);
  if (const auto* unreadable = std::get_if<Unreadable>(&look)) {
    row[kReason] = unreadable->reason;
    row[kDetail] = unreadable->detail;
  } else {
    for (const auto& [column, text] : figures_of(std::get<FilesystemSpace>(look))) row[column] = text;
  }
  return row;
}

// Where not one path can be looked at, there is nothing to tell but why: a disk that fails, folders that are closed to
// us, or that are not here. Whoever said that they are is told otherwise.
Rows none_of_them(const Claim& claim, const std::vector<Row>& rows) {
  const auto with_reason = [&](const char* reason) { return std::ranges::find(rows, reason, reason_of); };
  if (const auto failed = with_reason("error"); failed != rows.end()) throw std::runtime_error(failed->at(kDetail));
  const auto closed = with_reason(kForbidden);
  const Row& row = closed != rows.end() ? *closed : rows.front();
  const bool is_forbidden = closed != rows.end();
  if (claim.is_believed && !is_forbidden) throw std::runtime_error(row.at(kDetail) + "; `local: true` is not so");
  return rows_of({{{kLeftAlone, is_forbidden ? "hidden" : "container"}, {kDetail, row.at(kDetail)}}});
}

Rows look(const Claim& claim) {
  const Machine machine = this_machine();
  Locality locality;
  if (!claim.is_believed) locality = locate_server(claim.address, claim.processes, machine);
  if (!locality.reason.empty()) return rows_of({{{kLeftAlone, locality.reason}, {kDetail, locality.detail}}});
  const std::vector<Mount> own = own_mounts(machine);
  std::vector<Row> rows;
  for (const Place& place : claim.places) rows.push_back(row_of(place, own, locality.mounts));
  const auto is_unreadable = [](const Row& row) { return !reason_of(row).empty(); };
  if (std::ranges::all_of(rows, is_unreadable)) return none_of_them(claim, rows);
  return rows_of(rows);
}

// -- Steps ------------------------------------------------------------------------------------------------------------

Step plan_step(const Facts&, const Memory& memory) {
  if (remembered_at(memory, kLocal) == kSaidToBeRemote)
    return Skip{"remote", "`local: false` says that the server's files are not here"};
  if (const std::string reason = remembered_at(memory, kLeftAlone); !reason.empty())
    return Skip{reason, remembered_at(memory, kDetail)};
  const Claim claim = claim_in(memory);
  if (claim.places.empty()) return Statement{kFilesystemSql};
  return [claim](Host& host, HostDone done) {
    host.read_files([claim]() -> Answer { return look(claim); }, std::move(done));
  };
}

void tell_place(const Rows& rows, std::size_t row, Sink& sink) {
  std::vector<Label> labels;
  for (const std::string_view column : kPlace) labels.push_back({column, rows.at(row, column).value_or("")});
  for (const Column& column : filesystem_columns()) {
    const auto number = Number::parse(rows.at(row, column.name).value_or(""));
    if (number) sink.sample("pg_filesystem_" + column.name, labels, *number);
  }
  const Cell reason = rows.at(row, kReason);
  if (!reason) return;
  labels.push_back({kReason, *reason});
  sink.sample("pg_filesystem_unreadable", labels, 1);
}

void emit_filesystem(const Rows& rows, Sink& sink) {
  Memory& memory = sink.memory();
  if (rows.at(0, "processes")) {
    remember_claim(rows, memory);
    return sink.ask_again();
  }
  if (const Cell reason = rows.at(0, kLeftAlone)) {
    memory[kLeftAlone] = *reason;
    memory[kDetail] = rows.at(0, kDetail).value_or("");
    return sink.ask_again();
  }
  for (std::size_t row = 0; row < rows.size(); ++row) tell_place(rows, row, sink);
  std::erase_if(memory, [](const auto& one) { return one.first != kLocal; });  // paths may be others the next time
}

std::vector<Column> columns_of_filesystem() {
  std::vector<Column> all = {label("use"),     label("tablespace"), label("path"),      label(kReason),
                             discard(kDetail), discard(kLeftAlone), discard("address"), discard("processes")};
  for (Column& column : filesystem_columns()) all.push_back(std::move(column).by({"use", "tablespace", "path"}));
  all.push_back(gauge("unreadable",
                      "1 for a path that could not be looked at, and why: permission, missing, elsewhere where the "
                      "server sees another folder there, or error."));
  return all;
}

}  // namespace

Collector filesystem() {
  return {
      .name = "filesystem",
      .help =
          "Room on the file systems of a server that runs on this machine: where its data, its WAL and its tablespaces "
          "lie. A\nserver in a container or on another machine is skipped, unless its target says `local: true`.",
      .lane = Lane::kSlow,
      .interval = std::chrono::minutes{1},
      .source = Planner(plan_step),
      .columns = columns_of_filesystem(),
      .emit = emit_filesystem,
      .options = {{.name = std::string(kLocal),
                   .help = "As the target says: 0 never, 1 always, 2 where it is proven.",
                   .value = 2,
                   .most = 2,
                   .of_target = true}},
      .cost = {.pages = 10, .more = 5, .of = "tablespace"},
      .role = "pg_read_all_settings",
  };
}

}  // namespace pgwatch::collectors
