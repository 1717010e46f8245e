// Why a server could not be reached, as a word for a label and a sentence for people.
#pragma once

#include <string>
#include <string_view>

namespace pgwatch::postgres {

enum class DownReason {
  kDns,
  kRefused,
  kTimeout,
  kTls,
  kAuth,
  kNoDatabase,  // it is not there, or lets nobody in
  kTooManyConnections,
  kStarting,
  kStopping,
  kWrongRole,  // servers answered, none of them as target_session_attrs asks
  kNoPlace,
  kOther
};

std::string_view to_string(DownReason reason);  // dns, refused, timeout, tls, auth, too_many_connections, …

struct Down {
  DownReason reason = DownReason::kOther;
  std::string detail;  // one line, no secret, with the cure where there is one
};

// Who wanted to log in, and where.
struct Login {
  std::string database;
  std::string role;
};

// Classifies what libpq said of a failed connection. Where it tried several servers, the one that got furthest gives
// the reason and comes first in the detail, which tells of all. The SQLSTATE is in the text because the connection asks
// for verbose errors; libpq's own part is not translated since nobody here calls setlocale.
Down classify(std::string_view libpq_message, const Login& login = {});

}  // namespace pgwatch::postgres
