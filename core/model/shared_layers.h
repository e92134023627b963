#pragma once

#include <nlohmann/json.hpp>

/// Layers that several models of an archive share; private to this room.
namespace attnscope {

/// Completes the numbers ("shared_object_id") that a config gives an object that it holds several times. Keras writes
/// the number beside the later ones, but the first loses it where it stands inside a nested model or a wrapper, whose
/// config is copied (keras/src/saving/serialization_lib.py, serialize_dict, record_object_after_serialization). It is
/// the only earlier one of that class and name; if there are several, nothing is changed.
void numberSharedLayers(nlohmann::json& config);

}  // namespace attnscope
