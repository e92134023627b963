#pragma once

#include "formula/catalogue.h"

#include <memory>
#include <stdexcept>

namespace attnscope::test {

/// The formulas that come with the program; throws where one is not sound, which fails the test.
[[nodiscard]] inline const std::shared_ptr<const Catalogue>& bundledCatalogue() {
    static const std::shared_ptr<const Catalogue> bundled = [] {
        auto catalogue = std::make_shared<Catalogue>();
        if (Status added = catalogue->addFolder(ATTNSCOPE_SOURCE_DIR "/resources/formulas"); !added)
            throw std::runtime_error(added.error().text());
        return catalogue;
    }();
    return bundled;
}

}  // namespace attnscope::test
