// A unit of each kind that systemd knows how to be in.
#pragma once

#include <map>
#include <string>

#include "tests/support/systemd_machine.h"

namespace pgwatch::test {

// By name, for SystemdOptions:
//
//   ok.service           runs
//   failed.service       exited with 3
//   segv.service         was killed by SIGSEGV
//   flapping.service     ends and begins again, for ever
//   tired.service        did so until systemd gave up
//   unwatched.service    did not say in time that it lives
//   done.service         has done what it does once, and is inactive
//   kept.service         the same, and counts as active
//   slow.service         never says that it is ready
//   stopping.service     never ends
//   reloading.service    says that it reloads, and never that it has
//   conditional.service  was not started, for what it needs is not there
//   masked.service       is masked
//   template@.service    template@one.service runs
//   armed.timer          elapses at the next midnight, and starts armed.service
//   past.timer           elapses at a time that has been, and starts done.service
//   lost.timer           elapses after an event that never comes, and starts done.service
//   broken.timer         has started broken.service, which failed, and is armed
//   echo.socket          starts an echo@….service for each connection to /run/echo
//
// absent.service is not there.
std::map<std::string, std::string> unit_set();

// Starts them, and waits until each is as above. Throws std::runtime_error naming the one that is not.
void start_unit_set(const SystemdMachine& machine);

}  // namespace pgwatch::test
