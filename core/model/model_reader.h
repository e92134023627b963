#pragma once

#include "model/model.h"
#include "model/model_config.h"
#include "model/weight_places.h"

#include <functional>
#include <map>
#include <string>

namespace attnscope {

/// Builds a model, and the models inside it, from configs and weights; private to this room.
class ModelReader {
public:
    /// Hands out the weights: for each entry of a model its own.
    using Dealer = std::function<Result<std::vector<std::vector<LayerWeight>>>(const std::vector<LayerEntry>&)>;

    /// `dealer` hands out the weights of the outermost model. Errors: names the layer that does not fit.
    [[nodiscard]] static Result<std::shared_ptr<Model>> read(const LayerEntry& model, const Era& era,
                                                             const Archive& archive, const Dealer& dealer);

private:
    ModelReader(const Era& era, const Archive& archive)
        : m_era(era),
          m_format(archive.format + ", Keras " + era.version),
          m_byPlace(archive.byPlace),
          m_isList(archive.groups.size() == 1 && archive.groups.front().layer.empty()),
          m_texts(placedFiles(archive.files)) {}

    /// `place` is where an archive keeps texts of this model or layer.
    Result<std::shared_ptr<Model>> readModel(const LayerEntry& entry, const Dealer& dealer, const std::string& place);
    Result<std::shared_ptr<const Layer>> readLayer(const LayerEntry& entry, std::vector<LayerWeight> weights,
                                                   const std::string& place);
    Result<std::shared_ptr<const Layer>> readNewLayer(const LayerEntry& entry, std::vector<LayerWeight> weights,
                                                      const std::string& place);
    [[nodiscard]] bool listsLayerByLayer() const;
    [[nodiscard]] SavedPlaces savedPlaces() const;
    Result<std::vector<std::vector<LayerWeight>>> deal(const std::vector<LayerEntry>& layers,
                                                       std::vector<LayerWeight> weights) const;

    const Era& m_era;
    std::string m_format;
    bool m_byPlace;
    bool m_isList;                               ///< weights without any names
    bool m_inWrapper = false;                    ///< reading what is inside a layer that is no model
    std::map<std::string, std::string> m_texts;  ///< by place: "layers/text_vectorization/vocabulary.txt"
    std::map<std::int64_t, std::shared_ptr<const Layer>> m_shared;  ///< by LayerEntry::sharedId
};

}  // namespace attnscope
