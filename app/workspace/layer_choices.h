#pragma once

#include "model/model.h"

#include <map>
#include <string>
#include <vector>

namespace attnscope {

/// How the person has the layers of a model read, and which layers they added. By the layers' names ("outer/inner").
struct LayerChoices {
    std::map<std::string, std::string, std::less<>> formulas;  ///< by formulas of the catalogue
    std::map<std::string, std::string, std::less<>> written;   ///< by formulas that they wrote: the source
    std::vector<AddedLayer> added;

    bool operator==(const LayerChoices&) const = default;
};

/// What a written formula is called in catalogues: no file can have this name.
[[nodiscard]] std::string writtenFormulaName(const std::string& layer);

/// What the choices come to. A written formula that does not parse is an error; its message is the parser's.
[[nodiscard]] Result<LoweringOptions> loweringFor(const std::shared_ptr<const Catalogue>& catalogue,
                                                  const LayerChoices& choices);

}  // namespace attnscope
