#include "model/shared_layers.h"

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace attnscope {

namespace {

using nlohmann::json;

constexpr const char* number = "shared_object_id";

class Numbering {
public:
    /// Comes past the layers in the order in which Keras saved them.
    void read(json& value) {
        if (!value.is_structured()) return;
        if (value.is_object() && value.contains("module")) readObject(value);
        for (json& item : value) read(item);
    }

private:
    void readObject(json& object) {
        const json className = object.value("class_name", json());
        const json config = object.value("config", json());
        const json name = config.is_object() ? config.value("name", json()) : json();
        if (!className.is_string() || !name.is_string()) return;
        std::vector<json*>& unnumbered = m_unnumbered[{className.get<std::string>(), name.get<std::string>()}];
        const auto id = object.find(number);
        if (id == object.end() || !id->is_number_integer()) {
            unnumbered.push_back(&object);
        } else if (m_known.insert(id->get<std::int64_t>()).second && unnumbered.size() == 1) {
            (*unnumbered.front())[number] = *id;
            unnumbered.clear();
        }
    }

    std::map<std::pair<std::string, std::string>, std::vector<json*>> m_unnumbered;  ///< by class and name
    std::set<std::int64_t> m_known;
};

}  // namespace

void numberSharedLayers(json& config) {
    Numbering().read(config);
}

}  // namespace attnscope
