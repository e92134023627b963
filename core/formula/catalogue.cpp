#include "formula/catalogue.h"

#include "base/read_file.h"

#include <algorithm>
#include <filesystem>
#include <optional>

namespace attnscope {

Status Catalogue::add(std::string name, std::string_view source) {
    ATTN_TRY(Formula formula, Formula::parse(source, name));
    m_formulas.insert_or_assign(std::move(name), std::move(formula));
    return {};
}

Status Catalogue::addFolder(const std::string& folder) {
    std::error_code error;
    std::vector<std::filesystem::path> paths;
    for (std::filesystem::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
        if (it->path().extension() == ".formula") paths.push_back(it->path());
    }
    if (error) return fail(ErrorCode::Io, "the folder " + folder + " cannot be read: " + error.message());
    std::ranges::sort(paths);

    std::optional<Error> first;
    for (const std::filesystem::path& path : paths) {
        Result<std::string> text = readBytes(path, formulaSizeLimit);
        Status added = text ? add(path.stem().string(), *text) : Status(fail(std::move(text).error()));
        if (!added && !first) first = std::move(added).error().within(path.string());
    }
    if (first) return fail(*std::move(first));
    return {};
}

const Formula* Catalogue::find(std::string_view name) const {
    const auto found = m_formulas.find(name);
    return found == m_formulas.end() ? nullptr : &found->second;
}

std::vector<const Formula*> Catalogue::serving(std::string_view className) const {
    std::vector<const Formula*> formulas;
    const std::string_view lastPart = className.substr(className.rfind('>') + 1);
    for (const auto& [name, formula] : m_formulas) {
        if (std::ranges::find(formula.classes(), className) != formula.classes().end() ||
            std::ranges::find(formula.classes(), lastPart) != formula.classes().end())
            formulas.push_back(&formula);
    }
    return formulas;
}

std::vector<const Formula*> Catalogue::all() const {
    std::vector<const Formula*> formulas;
    for (const auto& [name, formula] : m_formulas) formulas.push_back(&formula);
    return formulas;
}

}  // namespace attnscope
