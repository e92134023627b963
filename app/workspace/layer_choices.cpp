#include "workspace/layer_choices.h"

namespace attnscope {

std::string writtenFormulaName(const std::string& layer) {
    return "written for " + layer;
}

Result<LoweringOptions> loweringFor(const std::shared_ptr<const Catalogue>& catalogue, const LayerChoices& choices) {
    LoweringOptions options{catalogue, choices.formulas, choices.added};
    for (const auto& [layer, source] : choices.written) {
        ATTN_TRY(options, withOwnFormula(options, layer, writtenFormulaName(layer), source));
    }
    return options;
}

}  // namespace attnscope
