// Ports on the loopback that are this test's alone.
#pragma once

#include <cstdint>

namespace pgwatch::test {

// A TCP port that nobody listens on and that no other test process is given while this one lives. It lies below the
// range from which the kernel takes the ports of outgoing connections, so it also stays free between two uses.
std::uint16_t free_port();

}  // namespace pgwatch::test
