// The walk-through of CONTRIBUTING.md: docs_test holds its text to these two files.
#include "examples/collector/configuration.cc"
#include "examples/collector/configuration_test.cc"
