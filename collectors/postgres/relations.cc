#include "collectors/postgres/relations.h"

namespace pgwatch::collectors {

std::string chosen_table() {
  std::string sql = kUserTable;
  sql += R"sql(
  AND (:'top' = '0' OR c.oid IN (
    SELECT c.oid FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE )sql";
  sql += kUserTable;
  return sql + "ORDER BY c.relpages DESC, c.oid LIMIT :'top')) ORDER BY c.oid";
}

std::string from_indexes() {
  std::string sql = R"sql(
FROM pg_index AS i
JOIN pg_class AS x ON x.oid = i.indexrelid
JOIN pg_class AS c ON c.oid = i.indrelid
JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE x.relkind = 'i' AND )sql";
  return sql + kUserTable;
}

std::string from_chosen_indexes() {
  return from_indexes() + "AND (:'top' = '0' OR x.oid IN (SELECT x.oid " + from_indexes() +
         "ORDER BY x.relpages DESC, x.oid LIMIT :'top')) ORDER BY x.oid";
}

Option top_option(const std::string& what, int value) {
  return {.name = "top", .help = "Only this many " + what + " of a database, the largest; 0: all.", .value = value};
}

}  // namespace pgwatch::collectors
