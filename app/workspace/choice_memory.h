#pragma once

#include "workspace/layer_choices.h"

#include <map>
#include <string>

class QSettings;

namespace attnscope {

/// What was chosen for the layers of model files, by the files' content rather than their paths: a model that is moved
/// or copied keeps its choices, and one that is trained anew under the same name is not silently read as the old one
/// was. Layers that were added are not kept.
class ChoiceMemory {
public:
    using Choices = std::map<std::string, LayerChoices>;  ///< by fingerprint

    /// Without settings nothing is kept beyond this object.
    explicit ChoiceMemory(QSettings* settings = nullptr);

    [[nodiscard]] const Choices& all() const { return m_choices; }
    /// Keeps the choices for a file; those of the files that were not opened longest are forgotten beyond 100.
    void remember(const std::string& fingerprint, const LayerChoices& choices);

private:
    QSettings* m_settings;
    Choices m_choices;
};

/// A digest of a file's bytes; empty if it cannot be read.
[[nodiscard]] std::string fingerprintOf(const std::string& path);

}  // namespace attnscope
