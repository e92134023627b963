#include "golden_case.h"

#include "base/read_file.h"
#include "formats/architecture.h"
#include "formats/formats.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>

namespace attnscope::test {

namespace {

using nlohmann::json;

std::vector<NamedTensor> readTensors(const json& list) {
    std::vector<NamedTensor> tensors;
    for (const json& item : list)
        tensors.push_back(
            {item.at("name").get<std::string>(), Tensor(Shape(item.at("shape").get<std::vector<std::int64_t>>()),
                                                        item.at("data").get<std::vector<float>>())});
    return tensors;
}

std::vector<GoldenTerm> readTerms(const json& content, const char* key) {
    std::vector<GoldenTerm> terms;
    for (const json& item : content.value(key, json::array()))
        terms.push_back({item.at("layer"), item.at("weight"), item.value("value", 0.0F), item.value("holds", false)});
    return terms;
}

}  // namespace

std::vector<GoldenCase> goldenCases() {
    const std::filesystem::path repository = ATTNSCOPE_SOURCE_DIR;
    std::vector<GoldenCase> cases;
    for (const auto& entry : std::filesystem::directory_iterator(repository / "tests/fixtures/golden")) {
        if (entry.path().extension() != ".json") continue;
        std::ifstream file(entry.path());
        const json content = json::parse(file);
        if (!content.is_object() || !content.contains("runs")) continue;
        GoldenCase golden;
        golden.name = entry.path().stem().string();
        golden.model = content.contains("model")
                           ? (repository / content.at("model").get<std::string>()).string()
                           : std::filesystem::path(entry.path()).replace_extension(".h5").string();
        if (content.contains("architecture"))
            golden.architecture = (repository / content.at("architecture").get<std::string>()).string();
        for (const json& run : content.at("runs"))
            golden.runs.push_back({run.at("note"), readTensors(run.at("inputs")), readTensors(run.at("outputs")),
                                   readTensors(run.at("values")),
                                   run.contains("sites") ? std::optional(readTensors(run.at("sites"))) : std::nullopt});
        const json formulas = content.value("formulas", json::object());
        for (const auto& [layer, formula] : formulas.items()) golden.formulas[layer] = formula.get<std::string>();
        golden.penalties = readTerms(content, "penalties");
        golden.constraints = readTerms(content, "constraints");
        // Some models are kept as several files.
        for (const json& saved : content.value("files", json::array())) {
            golden.name = saved.get<std::string>();
            golden.model = (entry.path().parent_path() / golden.name).string();
            cases.push_back(golden);
        }
        if (!content.contains("files")) cases.push_back(std::move(golden));
    }
    std::ranges::sort(cases, {}, &GoldenCase::name);
    return cases;
}

Result<std::shared_ptr<const Model>> openGolden(const GoldenCase& golden) {
    ATTN_TRY(Archive archive, readArchive(golden.model));
    if (archive.config.is_null()) {
        ATTN_TRY(const std::string architecture, readBytes(golden.architecture, mostArchitectureBytes));
        ATTN_CHECK(addArchitecture(archive, architecture));
    }
    return Model::fromArchive(std::move(archive));
}

}  // namespace attnscope::test
