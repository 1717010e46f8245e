// A network of a test's own, in which every port is free and nobody else listens.
#pragma once

#include <string>

namespace pgwatch::test {

// Moves this thread, and the programs it starts from now on, into a new network that has a loopback and nothing else.
// Says why where it cannot; that takes root.
std::string enter_own_network();

}  // namespace pgwatch::test
