#include "eval/edits.h"
#include "fuzzing.h"

#include <cmath>

using namespace attnscope;
using namespace attnscope::fuzzing;

namespace {

struct Sited {
    Graph graph;
    Site site;
};

/// A site's values without the operations between them: an edit does not ask for those.
Sited makeSited() {
    GraphBuilder builder;
    const ValueId x = builder.input("x", {1, 5, 3});
    const ValueId mask = builder.input("mask", {1, 5});
    const ValueId e = builder.input("e", {1, 5});
    builder.enterLayer("attention");
    const ValueId w = builder.constant("W", share(Tensor({3})));
    const ValueId epsilon = builder.scalar("epsilon", 1e-7F);
    Site site;
    site.name = site.layer = "attention";
    site.named = {{"x", x, {"t", "f"}, ValueRole::Values},
                  {"mask", mask, {"t"}, ValueRole::Mask},
                  {"W", w, {"f"}, ValueRole::Weight},
                  {"epsilon", epsilon, {}, ValueRole::Parameter},
                  {"e", e, {"t"}, ValueRole::Score}};
    site.score = site.weights = e;
    site.values = site.output = x;
    site.mask = mask;
    site.timeAxis = "t";
    return {std::move(builder).build(), std::move(site)};
}

}  // namespace

// What stands behind --set and --mask.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const Sited sited = makeSited();
    const std::string_view text = textOf(data, size);
    Edits edits;
    (void)sound(parseSet(text, sited.graph, &sited.site, edits));
    (void)sound(parseSet(text, sited.graph, nullptr, edits));
    (void)sound(parseMask(text, sited.graph, sited.site, edits));
    return 0;
}
