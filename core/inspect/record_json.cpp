#include "inspect/record_json.h"

#include <nlohmann/json.hpp>

#include <array>

namespace attnscope {
namespace {

/// Keys in the order they are written, numbers as float32: the shortest decimal that reads back exactly.
using Json = nlohmann::basic_json<nlohmann::ordered_map, std::vector, std::string, bool, std::int64_t, std::uint64_t, float>;

Json nested(const Tensor& tensor, std::size_t axis, std::size_t& next) {
    if (axis == tensor.rank()) return tensor[next++];
    Json list = Json::array();
    for (std::int64_t at = 0; at < tensor.dim(axis); ++at) list.push_back(nested(tensor, axis + 1, next));
    return list;
}

Json tensorJson(const Tensor& tensor) {
    std::size_t next = 0;
    return {{"shape", tensor.shape().extents()}, {"data", nested(tensor, 0, next)}};
}

Json valueJson(const RecordedValue& value) {
    Json json{{"axes", value.axes}};
    json.update(tensorJson(*value.tensor));
    return json;
}

std::string_view stateName(TokenState state) {
    static constexpr std::array<std::string_view, 5> names{"known", "unknown", "skipped", "cut", "padding"};
    return names[static_cast<std::size_t>(state)];
}

Json tokenJson(const Token& token) {
    return {{"text", token.text}, {"id", token.id}, {"start", token.start}, {"end", token.end},
            {"state", stateName(token.state)}};
}

Json siteJson(const SiteRecord& site) {
    Json values = Json::object();
    for (const RecordedValue& value : site.values) values[value.name] = valueJson(value);
    return {{"name", site.name},
            {"layer", site.layer},
            {"class", site.className},
            {"formula", site.formula},
            {"time_axis", site.timeAxis},
            {"query_axis", site.queryAxis.empty() ? Json() : Json(site.queryAxis)},
            {"weights", valueJson(site.weightsValue())},
            {"score", valueJson(site.scoreValue())},
            {"output", valueJson(site.outputValue())},
            {"values", std::move(values)}};
}

/// The tokens of the sequence that the first chosen site looks at, with what that site's mask says of each.
Json tokensJson(const Record& record, const SiteRecord* site) {
    const Sequence* sequence = site != nullptr ? record.sequenceFor(*site) : nullptr;
    if (sequence == nullptr) {
        for (const Sequence& input : record.inputs) {
            if (sequence == nullptr && !input.tokens.empty()) sequence = &input;
        }
    }
    Json tokens = Json::array();
    if (sequence == nullptr) return tokens;
    for (std::size_t t = 0; t < sequence->tokens.size(); ++t) {
        Json token = tokenJson(sequence->tokens[t]);
        token["masked"] = site != nullptr && site->masked(t);
        tokens.push_back(std::move(token));
    }
    return tokens;
}

}  // namespace

std::string recordJson(const Record& record, std::string_view modelPath, std::string_view site) {
    Json sites = Json::array();
    const SiteRecord* first = nullptr;
    for (const SiteRecord& candidate : record.sites) {
        if (!site.empty() && candidate.name != site) continue;
        if (first == nullptr) first = &candidate;
        sites.push_back(siteJson(candidate));
    }
    Json predictions = Json::array();
    for (const Prediction& prediction : record.predictions) {
        Json json{{"output", prediction.output}};
        json.update(tensorJson(*prediction.data));
        predictions.push_back(std::move(json));
    }
    Json findings = Json::array();
    for (const Finding& finding : record.findings) {
        if (!site.empty() && !finding.site.empty() && finding.site != site) continue;
        findings.push_back({{"code", finding.code}, {"message", finding.message}, {"site", finding.site}});
    }
    Json unseen = Json::array();
    for (const Sequence& input : record.inputs) {
        for (const Token& token : input.unseen) unseen.push_back(tokenJson(token));
    }
    const Json json{{"model", modelPath},
                    {"device", record.device},
                    {"tokens", tokensJson(record, first)},
                    {"unseen", std::move(unseen)},
                    {"sites", std::move(sites)},
                    {"prediction", std::move(predictions)},
                    {"findings", std::move(findings)}};
    return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace attnscope
