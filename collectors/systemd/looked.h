// Looked: what all collectors of systemd have in common. They look at every manager, and make rows of what was seen.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "exporter/host/host.h"
#include "exporter/model/collector.h"
#include "exporter/model/systemd.h"

namespace pgwatch::collectors {

struct LookedAt {
  std::string manager;
  ManagerAnswer answer;

  const ManagerView* view() const;  // null where there is none
};
using Looks = std::vector<LookedAt>;  // at each manager, in the configuration's order

// Makes Rows of Looks and of what is remembered of the last; it may block.
using Tell = std::function<Rows(const Looks&, const Memory&)>;

// A collector of systemd with this to tell. Where no manager answers, the failure that says most is its answer: it is a
// skip where there need not be one.
Collector systemd_collector(std::string name, std::string help, const SystemdPtr& systemd, Tell tell,
                            std::vector<Column> columns);

// Rows, one cell after the other by the column's name. A cell that is not named is NULL.
class Table {
 public:
  using Row = std::vector<std::pair<std::string_view, std::string>>;

  explicit Table(std::vector<std::string> columns) : rows_(std::move(columns)) {}
  void add(const Row& row);
  Rows take() { return std::move(rows_); }

 private:
  Rows rows_;
};

// Of all units of one type that were looked at, with the columns that are properties.
Rows units_of_type(const Looks& looks, std::string_view type, const std::vector<Column>& columns,
                   const std::function<void(const ManagerView&, const ManagedUnit&, Table::Row&)>& more = {});

// A column that is a property, by the manager's own word for it, which says how it is to be read.
Column property(std::string_view name, std::string_view metric, std::string_view help);
Column property_counter(std::string_view name, std::string_view metric, std::string_view help);

struct Clocks {
  std::uint64_t now = 0;        // Unix time in microseconds
  std::uint64_t monotonic = 0;  // the same moment since the machine began
};
Clocks clocks();

}  // namespace pgwatch::collectors
