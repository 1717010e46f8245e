// FakeManager: a service manager made up by a test, with a bus of its own, for what a real one cannot be made to do:
// to hang, to refuse, to count its calls, to account for what this machine's kernel does not.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace pgwatch::test {

class FakeManager {
 public:
  using Value = std::variant<std::string, std::uint64_t, std::uint32_t, std::int32_t, bool, std::vector<std::string>>;
  using Values = std::map<std::string, Value>;

  enum class Manner {
    kAnswers,
    kHangs,        // takes connections and says nothing
    kRefuses,      // every call, as a bus does whose rules forbid it
    kHolds,        // properties of units until it answers again
    kIsGone,       // there is a bus and no manager on it
    kCannotStart,  // the same, and the bus was told how to start one
    kTurnsAway,    // hangs up on whoever comes
    kBreaks,       // lets everybody in and hangs up on whoever asks
  };

  FakeManager();
  ~FakeManager();
  FakeManager(const FakeManager&) = delete;
  FakeManager& operator=(const FakeManager&) = delete;

  // Any thread, at any time.
  std::string address() const;
  void set(const std::string& unit, Values properties);  // loaded, unless LoadState says otherwise
  void set_manager(Values properties);
  void unload(const std::string& unit);
  void be(Manner manner);
  void hang_up();  // on all who are connected

  int connections() const;                     // so far
  int calls(const std::string& method) const;  // so far
  int held() const;                            // calls that are owed an answer

 private:
  class Core;
  std::unique_ptr<Core> core_;
};

}  // namespace pgwatch::test
