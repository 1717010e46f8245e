// StandardStreams: input, output and error, there whatever the caller closed.
#pragma once

namespace pgwatch {

// Opens /dev/null for each that is closed: else the next socket or file would get its number, and our log lines.
// Writing to a standard output that was closed still fails. Call it before anything else is opened.
void open_standard_streams();

}  // namespace pgwatch
