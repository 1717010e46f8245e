// The walk-through of CONTRIBUTING.md: docs_test holds its text to these two files.
#include "examples/collector/postmaster.cc"
#include "examples/collector/postmaster_test.cc"
