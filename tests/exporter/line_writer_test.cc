#include "exporter/util/line_writer.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <string>

#include "tests/support/descriptor.h"

namespace pgwatch {
namespace {

using namespace std::chrono_literals;

// A pipe that holds a page, as narrow as there are any.
class Pipe {
 public:
  Pipe() {
    int ends[2] = {-1, -1};
    EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    reader_ = test::Descriptor(ends[0]);
    writer_ = test::Descriptor(ends[1]);
    EXPECT_GE(::fcntl(ends[1], F_SETPIPE_SZ, 4096), 4096);
  }

  int writer() const { return writer_.get(); }
  std::string read(std::size_t bytes) const {
    std::string text(bytes, '\0');
    for (std::size_t at = 0; at < bytes;) {
      const ssize_t got = ::read(reader_.get(), text.data() + at, bytes - at);
      if (got <= 0) return text.substr(0, at);
      at += static_cast<std::size_t>(got);
    }
    return text;
  }

 private:
  test::Descriptor reader_;
  test::Descriptor writer_;
};

// The thread of a writer stays, and may write as long as its pipe is there.
TEST(LineWriter, WritesLinesInTheirOrder) {
  static const Pipe pipe;
  LineWriter writer(pipe.writer());
  writer.put("one\n");
  writer.put("two\n");
  EXPECT_EQ(pipe.read(8), "one\ntwo\n");
}

TEST(LineWriter, WaitsForNoReaderAndCountsWhatItDrops) {
  static const Pipe pipe;
  LineWriter writer(pipe.writer());
  const std::string line = std::string(8191, 'x') + "\n";
  for (std::size_t i = 0; i < LineWriter::kMostLines + 7; ++i) writer.put(line);
  EXPECT_EQ(writer.take_dropped(), 0U) << "there is no room to tell of it";
  writer.flush(1ms);
  std::string text;
  for (std::size_t i = 0; i < LineWriter::kMostLines; ++i) text = pipe.read(line.size());
  EXPECT_EQ(text, line);
  writer.flush(20s);
  EXPECT_EQ(writer.take_dropped(), 7U);
  EXPECT_EQ(writer.take_dropped(), 0U);
}

TEST(LineWriter, HasWrittenAllAfterAFlush) {
  static const Pipe pipe;
  LineWriter writer(pipe.writer());
  for (int i = 0; i < 100; ++i) writer.put("line\n");
  writer.flush(20s);
  EXPECT_EQ(::fcntl(pipe.writer(), F_SETFL, O_NONBLOCK), 0);
  EXPECT_EQ(pipe.read(500).size(), 500U);
}

// Somebody else may have made it so, for all who write there.
TEST(LineWriter, TakesItsTimeWhereWritingDoesNotBlock) {
  static const Pipe pipe;
  ASSERT_EQ(::fcntl(pipe.writer(), F_SETFL, O_NONBLOCK), 0);
  LineWriter writer(pipe.writer());
  const std::string line = std::string(20'000, 'x') + "\n";
  writer.put(line);
  EXPECT_EQ(pipe.read(line.size()), line);
}

}  // namespace
}  // namespace pgwatch
