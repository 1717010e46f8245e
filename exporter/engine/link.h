// Link: one connection's life on behalf of a target: find the server, connect, introduce ourselves, answer pipelines,
// end.
//
// Owned by Kept or Visitor, on the loop's thread. The owner is told of everything through LinkOwner; link_ready and
// link_down are the last thing the Link does, so the owner may end it there.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "exporter/engine/question.h"
#include "exporter/engine/resolver.h"
#include "exporter/model/world.h"
#include "exporter/postgres/connection.h"
#include "exporter/postgres/conninfo.h"
#include "exporter/postgres/session.h"

namespace pgwatch {

class LinkOwner {
 public:
  virtual void link_ready() = 0;                       // introduced or drained: facts() hold, ask() may be called
  virtual void link_finished(postgres::Finished) = 0;  // an answer to a ticket of the owner's; may not end the Link
  virtual void link_down(const postgres::Down& down) = 0;

 protected:
  ~LinkOwner() = default;
};

// What links of one engine share.
struct LinkServices {
  Loop& loop;
  Blocking& blocking;
  Resolver& resolver;
  // Another of the target's places, beside that of a login that is put aside; false where there is none.
  std::function<bool()> take_place;
  // A login that the server has not decided yet, with its place: whoever gets it waits for the decision.
  std::function<void(std::unique_ptr<postgres::Connection>)> put_aside;
};

struct LinkSpec {
  Access access;
  std::string database;  // "" means the one the conninfo names
  std::chrono::milliseconds statement_timeout{5'000};
  postgres::SearchPath search_path = postgres::SearchPath::kCatalog;
  std::vector<std::string> needs;
  std::optional<postgres::Endpoint> endpoint = {};  // this one of the conninfo's, found already, and no other
};

class Link {
 public:
  // What a cancelled pipeline gets to drain, and a cancel to start.
  static constexpr std::chrono::milliseconds kDrain{300};

  Link(LinkServices services, LinkSpec spec, const postgres::Conninfo& conninfo, LinkOwner& owner);
  ~Link();
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  bool ready() const { return phase_ == Phase::kReady; }
  bool busy() const { return phase_ == Phase::kBusy || phase_ == Phase::kDraining; }
  bool introduced() const { return ready() || busy(); }

  // What a new connection is asked before the first pipeline, for the reference; through a pooler it is less.
  static std::size_t statements_to_begin();

  // Sends a pipeline, the facts first. Tickets of tasks are the owner's, below kOwnTickets. REQUIRES: ready().
  void ask(std::vector<postgres::Task> tasks);

  // How many statements of the last pipeline have been answered, ours included.
  std::size_t answered() const { return sent_ - unanswered_; }

  // The time is up: cancels once, and waits kDrain for the rest to come in (link_ready) or goes down. REQUIRES: busy().
  void give_up();

  // Learn these before the next plan; asked at once where the link is ready.
  void set_needs(std::vector<std::string> needs);

  // Another pointer whenever the facts have changed.
  const FactsPtr& facts() const { return facts_; }
  std::string address() const;
  // The one it reached. REQUIRES: introduced().
  const postgres::Endpoint& endpoint() const { return endpoints_[endpoint_tried()]; }
  // Why there is no answer yet, if the time were up now.
  postgres::Down not_yet() const;

  // Set where the connection, if it ended now, would leave a backend at work.
  std::optional<postgres::Backend> backend_at_work() const;
  // The connection, where the server has not decided on its login yet, else none: with its place it outlives the Link.
  // The owner takes it before it ends the Link.
  std::unique_ptr<postgres::Connection> take_undecided_login();

  // Since it was last asked.
  struct Traffic {
    std::uint64_t statements = 0;
    std::uint64_t bytes = 0;
  };
  Traffic take_traffic();

  static constexpr std::uint64_t kOwnTickets = std::uint64_t{1} << 32;

 private:
  enum class Phase { kPreparing, kConnecting, kIntroducing, kReady, kBusy, kDraining, kDown };
  enum Ticket : std::uint64_t { kSession = kOwnTickets, kIgnored, kBackend, kFacts, kNeeds };

  // Finding the server.
  void read_password();
  void resolve();
  void resolved(std::size_t endpoint, const Addresses& addresses);
  void connect();
  void next_try();
  void watch_endpoint();
  std::size_t endpoint_tried() const;
  std::size_t alternatives() const;
  void endpoint_is_silent();
  bool login_is_undecided() const { return connection_ && connection_->logging_in(); }
  bool make_way();
  void miss(const std::string& what);
  postgres::Down with_missed(postgres::Down why) const;
  std::unique_ptr<postgres::Connection> make_connection() const;

  // Talking to it.
  void socket_ready();
  void drained();
  void introduce();
  void send(std::vector<postgres::Task> tasks);
  void finished(const postgres::Finished& finished);
  void learn(std::uint64_t ticket, const Rows& rows);
  void ready_again();
  void part();
  void broken();
  void down(postgres::Down why);
  static postgres::Task facts_task();
  static std::vector<postgres::Task> introduction(const postgres::SessionSettings& settings);
  postgres::SessionSettings session_settings() const;

  const LinkServices services_;
  const LinkSpec spec_;
  const postgres::Conninfo& conninfo_;
  LinkOwner& owner_;

  const std::shared_ptr<char> alive_ = std::make_shared<char>();
  Phase phase_ = Phase::kPreparing;
  Timer alarm_;
  SteadyTime connect_deadline_;
  Blocking::Call blocking_call_;  // the password file or the cancel
  bool cancelling_ = false;
  Secret password_;
  std::vector<std::unique_ptr<Resolver::Wait>> waits_;
  std::vector<std::vector<postgres::Endpoint>> found_;  // per endpoint of the conninfo
  std::vector<postgres::Endpoint> endpoints_;           // all that were found and may answer, in the order of trying
  std::size_t lookups_left_ = 0;
  std::size_t untried_ = 0;  // of endpoints_, the first ones
  std::string trying_;       // the endpoint that has its share of the time
  std::string missed_;       // which hosts could not be asked, for people

  std::unique_ptr<postgres::Connection> connection_;
  std::unique_ptr<SocketWatch> socket_;
  Traffic told_;
  std::size_t sent_ = 0;
  std::size_t unanswered_ = 0;
  std::string refusal_;  // why the server would not be introduced to
  postgres::Backend backend_;
  FactsPtr facts_ = std::make_shared<Facts>();
  std::vector<std::string> needs_;
  bool needs_known_ = false;
  bool changed_role_ = false;
  std::chrono::milliseconds lock_timeout_{0};
};

}  // namespace pgwatch
