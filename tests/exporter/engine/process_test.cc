#include "exporter/engine/process.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <future>
#include <thread>

#include "exporter/model/exposition.h"
#include "tests/support/descriptor.h"
#include "tests/support/exposition.h"
#include "tests/support/wait.h"

namespace pgwatch {
namespace {

using test::Descriptor;
using test::Exposition;

Exposition page() { return Exposition(write_exposition(std::vector{report_on_process()}).text); }

TEST(Process, SaysEveryMetricItDeclares) {
  const Exposition shown = page();
  for (const OwnMetric& own : process_metrics()) {
    EXPECT_TRUE(shown.value(own.metric.name)) << own.metric.name;
    EXPECT_EQ(shown.help(own.metric.name), own.metric.help);
  }
  EXPECT_EQ(shown.samples().size(), process_metrics().size());
}

TEST(Process, CountsOpenFiles) {
  const auto before = page().value("process_open_fds");
  const Descriptor one(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  EXPECT_EQ(page().value("process_open_fds"), *before + 1);
  rlimit limit{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
  EXPECT_EQ(page().value("process_max_fds"), static_cast<double>(limit.rlim_cur));
}

// One that was joined may still be counted for a moment, and a sanitizer may start one of its own: then once more.
TEST(Process, CountsThreads) {
  EXPECT_TRUE(test::eventually([] {
    const auto before = page().value("process_threads");
    std::promise<void> end;
    std::thread other([&] { end.get_future().wait(); });
    const auto with_other = page().value("process_threads");
    end.set_value();
    other.join();
    return with_other == *before + 1;
  }));
}

TEST(Process, StartedAWhileAgoInTheLastHour) {
  const double now = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  const auto start = page().value("process_start_time_seconds");
  EXPECT_LT(*start, now + 2) << "the kernel tells the boot time in whole seconds";
  EXPECT_GT(*start, now - 3600);
}

TEST(Process, UsesMemoryAndTime) {
  const Exposition first = page();
  EXPECT_GT(first.value("process_resident_memory_bytes"), 1'000'000);
  EXPECT_GE(first.value("process_virtual_memory_bytes"), first.value("process_resident_memory_bytes"));
  rlimit limit{};
  ASSERT_EQ(::getrlimit(RLIMIT_AS, &limit), 0);
  EXPECT_EQ(first.value("process_virtual_memory_max_bytes"), static_cast<double>(limit.rlim_cur));
  EXPECT_EQ(first.type("process_cpu_seconds_total"), "counter");
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{10};
  // A hundredth of a second is as fine as the kernel tells.
  while (page().value("process_cpu_seconds_total") <= first.value("process_cpu_seconds_total"))
    ASSERT_LT(std::chrono::steady_clock::now(), end);
}

}  // namespace
}  // namespace pgwatch
