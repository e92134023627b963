#pragma once

#include "model/model.h"
#include "model/model_config.h"

#include <functional>

namespace attnscope {

/// Builds a model, and the models inside it, from configs and weights; private to this room.
class ModelReader {
public:
    /// Hands out the weights: for each entry of a model its own.
    using Dealer = std::function<Result<std::vector<std::vector<LayerWeight>>>(const std::vector<LayerEntry>&)>;

    /// Errors: names the layer that does not fit.
    [[nodiscard]] static Result<std::shared_ptr<Model>> read(const LayerEntry& model, const Era& era,
                                                             const std::string& format, const Dealer& dealer);

private:
    ModelReader(const Era& era, const std::string& format) : m_era(era), m_format(format) {}

    Result<std::shared_ptr<Model>> readModel(const LayerEntry& entry, const Dealer& dealer) const;
    Result<std::shared_ptr<const Layer>> readLayer(const LayerEntry& entry, std::vector<LayerWeight> weights) const;

    const Era& m_era;
    const std::string& m_format;
};

}  // namespace attnscope
