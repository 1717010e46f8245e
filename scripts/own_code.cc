// A plugin of clang-tidy, as whose rule pgwatch-own-code it finds nothing: it keeps the other rules from what a file
// includes of others. clang-tidy tells of nothing that it finds there, and looking takes it two thirds of its time.
#include <clang-tidy/ClangTidyCheck.h>
#include <clang-tidy/ClangTidyModule.h>
#include <clang-tidy/ClangTidyModuleRegistry.h>

#include <algorithm>
#include <iterator>
#include <vector>

namespace {

namespace tidy = clang::tidy;
using clang::ast_matchers::MatchFinder;

class OwnCode : public tidy::ClangTidyCheck {
 public:
  using ClangTidyCheck::ClangTidyCheck;

  // The whole file is what is matched first, before what is in it.
  void registerMatchers(MatchFinder* finder) override {
    finder->addMatcher(clang::ast_matchers::translationUnitDecl().bind("file"), this);
  }

  void check(const MatchFinder::MatchResult& result) override {
    const clang::SourceManager& sources = *result.SourceManager;
    const auto is_ours = [&](const clang::Decl* declared) {
      const clang::SourceLocation place = sources.getExpansionLoc(declared->getLocation());
      return place.isValid() && !sources.isInSystemHeader(place);
    };
    std::vector<clang::Decl*> ours;
    std::ranges::copy_if(result.Context->getTranslationUnitDecl()->decls(), std::back_inserter(ours), is_ours);
    result.Context->setTraversalScope(ours);
  }
};

class OwnCodeModule : public tidy::ClangTidyModule {
 public:
  void addCheckFactories(tidy::ClangTidyCheckFactories& rules) override {
    rules.registerCheck<OwnCode>("pgwatch-own-code");
  }
};

// This is how clang-tidy learns of a plugin's rules.
const tidy::ClangTidyModuleRegistry::Add<OwnCodeModule> kAdded("pgwatch", "Of pgwatch.");

}  // namespace
