#include "base/text.h"
#include "cli/command.h"
#include "cli/options.h"
#include "eval/profile.h"
#include "inspect/record_json.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <functional>

namespace attnscope {
namespace {

std::string formatted(const char* format, double number) {
    std::array<char, 64> buffer{};
    std::snprintf(buffer.data(), buffer.size(), format, number);
    return buffer.data();
}

std::string tokenText(const Sequence* sequence, std::size_t timestep) {
    if (sequence == nullptr || timestep >= sequence->tokens.size()) return {};
    const Token& token = sequence->tokens[timestep];
    return token.text + (token.state == TokenState::Unknown ? " (unknown)" : "");
}

bool isPadding(const Sequence* sequence, std::size_t timestep) {
    return sequence != nullptr && timestep < sequence->tokens.size() &&
           sequence->tokens[timestep].state == TokenState::Padding;
}

std::string timestepText(const SiteRecord& site, const Sequence* sequence, std::size_t t, float largest) {
    const float weight = site.perTimestep[t];
    const auto bar = largest > 0.0F ? static_cast<int>(std::lround(24.0F * weight / largest)) : 0;
    std::string blocks;
    for (int block = 0; block < bar; ++block) blocks += "▇";
    return formatted("%5.0f", static_cast<double>(t)) + formatted("  %9.6f  ", weight) + blocks +
           std::string(static_cast<std::size_t>(24 - bar), ' ') + "  " + tokenText(sequence, t) +
           (site.masked(t) ? "  [masked]" : "") + "\n";
}

std::string siteText(const Record& record, const SiteRecord& site) {
    const Sequence* sequence = record.sequenceFor(site);
    std::string text = "\n◉ " + site.name + "  " + site.className +
                       (site.formula == foundByStructure ? ", " : ", formula ") + site.formula + "\n";
    if (!site.sliceText.empty()) text += site.sliceText + "\n";
    const float largest = site.perTimestep.empty() ? 0.0F : *std::ranges::max_element(site.perTimestep);
    for (std::size_t t = 0; t < site.perTimestep.size(); ++t) {
        if (!isPadding(sequence, t)) {
            text += timestepText(site, sequence, t, largest);
            continue;
        }
        // A run of padding is one line.
        const std::size_t first = t;
        double mass = site.perTimestep[t];
        while (isPadding(sequence, t + 1)) mass += site.perTimestep[++t];
        text += formatted("%5.0f", static_cast<double>(first)) + formatted("  %9.6f", mass) + "  on " +
                std::to_string(t - first + 1) + " timesteps of padding" + (site.masked(first) ? "  [masked]" : "") +
                "\n";
    }
    const Tensor& output = *site.outputValue().tensor;
    double sum = 0.0;
    for (const float unit : output.data()) sum += static_cast<double>(unit) * unit;
    return text + "output " + output.shape().text() + ", norm " + formatted("%.6g", std::sqrt(sum)) + "\n";
}

std::string predictionText(const Prediction& prediction, const Prediction& model) {
    std::string text = "prediction " + prediction.output + ":";
    const bool changed = !std::ranges::equal(prediction.data->data(), model.data->data());
    constexpr std::size_t shown = 16;
    for (std::size_t unit = 0; unit < std::min(shown, prediction.data->size()); ++unit) {
        text += " " + floatText((*prediction.data)[unit]);
        if (changed) text += " (model " + floatText((*model.data)[unit]) + ")";
    }
    if (prediction.data->size() > shown) text += " … " + prediction.data->shape().text();
    return text + "\n";
}

/// The words that have no timestep; a long text that does not fit can have very many.
std::string unseenText(const Sequence& sequence) {
    constexpr std::size_t shown = 16;
    std::string text;
    for (std::size_t index = 0; index < std::min(shown, sequence.unseen.size()); ++index) {
        const Token& token = sequence.unseen[index];
        text += "not seen by the model: " + token.text +
                (token.state == TokenState::Cut ? " (beyond its length)\n" : " (unknown word)\n");
    }
    if (sequence.unseen.size() > shown)
        text += "not seen by the model: " + std::to_string(sequence.unseen.size() - shown) + " words more\n";
    return text;
}

std::string humanText(const InspectedInput& inspected, bool oneSite) {
    const Record& record = *inspected.whatIf;
    std::string text = inspected.opened.path + " on " + record.device + "\n";
    for (const SiteRecord& site : record.sites) {
        if (oneSite && site.name != inspected.site) continue;
        const RecordPtr part = sliced(inspected.whatIf, site.name, inspected.slice);
        text += siteText(*part, *part->findSite(site.name));
    }
    text += "\n";
    for (std::size_t index = 0; index < record.predictions.size(); ++index)
        text += predictionText(record.predictions[index], inspected.model->predictions[index]);
    for (const Sequence& sequence : record.inputs) text += unseenText(sequence);
    for (const Finding& finding : record.findings) {
        if (oneSite && !finding.site.empty() && finding.site != inspected.site) continue;
        text += "finding: " + (finding.site.empty() ? "" : finding.site + ": ") + finding.message + "\n";
    }
    return text;
}

/// Where the time went, per kind of operation, most first.
std::string profileText(const Profile& profile) {
    double all = 0.0;
    for (const StepTime& step : profile) all += step.microseconds;
    std::string text =
        "profile:  " + formatted("%.1f", all) + " µs in " + std::to_string(profile.size()) + " operations\n";
    for (const OperationTime& time : timePerOperation(profile))
        text += formatted("%12.1f µs", time.microseconds) +
                formatted("  %5.0f ×  ", static_cast<double>(time.count)) + time.operation + "\n";
    return text;
}

Status runInspect(const QCommandLineParser& parser, const QStringList& positional) {
    const InspectWishes wishes{parser.isSet(QStringLiteral("verify")), parser.isSet(QStringLiteral("profile"))};
    if (wishes.verification || wishes.profile) {
        if (parser.isSet(QStringLiteral("json")))
            return fail(ErrorCode::InvalidInput, "--verify and --profile print text, not JSON");
    }
    ATTN_TRY(const InspectedInput inspected, inspectFromOptions(parser, positional[0], wishes));
    const bool oneSite = parser.isSet(QStringLiteral("site"));
    if (parser.isSet(QStringLiteral("json")))
        return print(recordJson(*inspected.whatIf, inspected.opened.path, oneSite ? inspected.site : std::string()));
    std::string text = humanText(inspected, oneSite);
    if (wishes.profile) text += profileText(inspected.profile);
    if (inspected.verification) text += "verify:  " + verificationText(*inspected.verification) + "\n";
    ATTN_CHECK(print(text));
    if (inspected.verification && inspected.verification->beyond > 0)
        return fail(ErrorCode::Device, positional[0].toStdString() + ": the device and the CPU differ");
    return {};
}

}  // namespace

Command inspectCommand() {
    return {
        "inspect",
        "tokens, scores, weights, output vector, prediction, findings",
        "MODEL INPUT",
        1,
        0,
        [](QCommandLineParser& parser) {
            addModelOptions(parser);
            addInputOptions(parser);
            addEditOptions(parser);
            parser.addOption({QStringLiteral("json"), QStringLiteral("Print JSON.")});
            parser.addOption(
                {QStringLiteral("verify"),
                 QStringLiteral("Evaluate on a Vulkan device and on the CPU, and say where they differ most.")});
            parser.addOption({QStringLiteral("profile"), QStringLiteral("Say how long each kind of operation took.")});
        },
        runInspect};
}

}  // namespace attnscope
