// RefusingKernel: what happens where the kernel refuses a call, without making the machine such.
//
// Not by using up all descriptors, say: the sanitizers need some themselves.
#pragma once

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <stdexcept>
#include <thread>
#include <vector>

namespace pgwatch::test {

struct Refusal {
  std::uint32_t call = 0;                            // SYS_…
  std::optional<std::uint32_t> first_argument = {};  // only with this one
  std::uint32_t error = 0;
};

// To the calling thread and those it starts, for good.
inline void refuse(const Refusal& refusal) {
  std::vector<sock_filter> steps = {BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | refusal.error),
                                    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
  const auto only_where = [&](std::size_t offset, std::uint32_t value) {
    const auto to_allow = static_cast<std::uint8_t>(steps.size() - 1);
    steps.insert(steps.begin(), {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(offset)),
                                 BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, to_allow)});
  };
  if (refusal.first_argument) only_where(offsetof(seccomp_data, args[0]), *refusal.first_argument);
  only_where(offsetof(seccomp_data, nr), refusal.call);
  const sock_fprog program{.len = static_cast<unsigned short>(steps.size()), .filter = steps.data()};
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
    throw std::runtime_error("this kernel has no seccomp filters");
}

inline void with(const Refusal& refusal, const std::function<void()>& body) {
  std::thread([&] {
    refuse(refusal);
    body();
  }).join();
}

}  // namespace pgwatch::test
