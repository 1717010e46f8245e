// Once: one probe as a command. It says one result, whole, however it ends.
//
// Main's thread alone, before any other is started.
#pragma once

#include <functional>
#include <string>

#include "exporter/model/world.h"
#include "exporter/once/options.h"

namespace pgwatch::once {

// Gives the exit status. Where `load` throws, its complaint is the result. What hangs does not keep it: the process
// ends within a second of the timeout, or of a signal.
int run(const std::function<World()>& load, const Options& options, const std::string& version);

// The result where not even the arguments were right.
int complain(const std::string& error, const Options& options, const std::string& version);

}  // namespace pgwatch::once
