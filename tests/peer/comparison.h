// Comparison: two programs' pages about one server.
#pragma once

#include <string>
#include <vector>

#include "tests/peer/difference.h"
#include "tests/peer/exceptions.h"

namespace pgwatch::test {

// Theirs is asked twice, before ours and after: what both pages say alike ours must say too, and where a value has
// moved meanwhile, ours must lie between. So it takes no list of what moves. What only one of the two pages has is not
// asked of ours. Labels are compared as `theirs` plus server="SERVER"; what ours says of other servers is left out.
//
// The labels that `blind` names, which are exceptions of a label, lose their values on all pages: of the series that
// are alike then ours must have as many.
std::vector<Difference> differences(const Exposition& before, const Exposition& ours, const Exposition& after,
                                    const std::string& server, const std::vector<Exception>& blind = {});

}  // namespace pgwatch::test
