#include "views/view_states.h"

#include "eval/backend.h"
#include "inspect/inspector.h"
#include "theme/theme.h"

#include <QApplication>

#include <cmath>
#include <fstream>
#include <stdexcept>

namespace attnscope::test {
namespace {

const std::string samples = ATTNSCOPE_SOURCE_DIR "/resources/samples/";

template <typename T>
T orThrow(Result<T> result) {
    if (!result) throw std::runtime_error(result.error().text());
    return *std::move(result);
}

Sequence sequenceOf(const HandMade& made) {
    Sequence sequence;
    sequence.name = "made by hand";
    if (made.words.empty()) {
        Tensor values({made.timesteps, 3});
        for (std::size_t i = 0; i < values.size(); ++i)
            values[i] = std::sin(static_cast<float>(i % 3 + 1) * static_cast<float>(i / 3) * 0.15F);
        sequence.values = share(std::move(values));
        sequence.features = {"acc_x", "acc_y", "sound"};
        sequence.annotation = made.annotation;
        return sequence;
    }
    for (std::int64_t t = 0; t < made.padding; ++t) sequence.tokens.push_back({"", 0, 0, 0, TokenState::Padding});
    for (const std::string& word : made.words) {
        if (!sequence.text.empty()) sequence.text += ' ';
        const std::size_t start = sequence.text.size();
        sequence.text += word;
        const auto id = static_cast<std::int64_t>(sequence.tokens.size()) + 2;
        sequence.tokens.push_back({word, id, start, sequence.text.size(), TokenState::Known});
    }
    Tensor ids({static_cast<std::int64_t>(sequence.tokens.size())});
    for (std::size_t t = 0; t < ids.size(); ++t) ids[t] = static_cast<float>(sequence.tokens[t].id);
    sequence.values = share(std::move(ids));
    return sequence;
}

/// x[t,f], mask[t], e, u, a and c; with matrix weights e[f,t], a[f,t].
SiteRecord siteOf(const HandMade& made, const Tensor& mask) {
    const std::int64_t timesteps = mask.dim(0);
    const std::int64_t features = made.features;
    const std::int64_t rows = made.matrixWeights ? features : 1;
    Tensor x({timesteps, features});
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = std::cos(static_cast<float>(i) * 0.37F);
    Tensor e({rows, timesteps});
    Tensor u({rows, timesteps});
    Tensor a({rows, timesteps});
    Tensor c({features});
    for (std::int64_t f = 0; f < rows; ++f) {
        float sum = 1e-7F;
        for (std::int64_t t = 0; t < timesteps; ++t) {
            const auto at = static_cast<std::size_t>(f * timesteps + t);
            e[at] = std::sin(static_cast<float>(t) * 0.9F + static_cast<float>(f) * 0.3F) +
                    std::cos(static_cast<float>(t * t) * 0.05F);
            u[at] = std::exp(e[at]) * mask[static_cast<std::size_t>(t)];
            sum += u[at];
        }
        for (std::int64_t t = 0; t < timesteps; ++t) {
            const auto at = static_cast<std::size_t>(f * timesteps + t);
            a[at] = u[at] / sum;
        }
    }
    for (std::int64_t t = 0; t < timesteps; ++t) {
        for (std::int64_t f = 0; f < features; ++f) {
            const auto row = made.matrixWeights ? f : 0;
            c[static_cast<std::size_t>(f)] +=
                a[static_cast<std::size_t>(row * timesteps + t)] * x[static_cast<std::size_t>(t * features + f)];
        }
    }
    SiteRecord site;
    site.name = site.layer = "attention";
    site.className = made.matrixWeights ? "AttentionLayer" : "Attention";
    site.formula = "made by hand";
    site.timeAxis = "t";
    site.maskIsWhatIf = made.maskIsWhatIf;
    site.perTimestep.assign(static_cast<std::size_t>(timesteps), 0.0F);
    for (std::size_t i = 0; i < a.size(); ++i)
        site.perTimestep[i % static_cast<std::size_t>(timesteps)] += a[i] / static_cast<float>(rows);
    const std::vector<std::string> axes =
        made.matrixWeights ? std::vector<std::string>{"f", "t"} : std::vector<std::string>{"t"};
    const Shape shape = made.matrixWeights ? Shape{features, timesteps} : Shape{timesteps};
    const auto add = [&](const char* name, std::vector<std::string> index, ValueRole role, Tensor tensor) {
        site.values.push_back(
            {name, std::string("attention/") + name, std::move(index), role, share(std::move(tensor))});
        return site.values.size() - 1;
    };
    site.attended = add("x", {"t", "f"}, ValueRole::Input, std::move(x));
    site.mask = add("mask", {"t"}, ValueRole::Mask, mask);
    add("W", {"f"}, ValueRole::Weight, Tensor({features}, 0.5F));
    site.score = add("e", axes, ValueRole::Score, std::move(e).reshaped(shape));
    add("u", axes, ValueRole::Step, std::move(u).reshaped(shape));
    site.weights = add("a", axes, ValueRole::Weights, std::move(a).reshaped(shape));
    site.output = add("c", {"f"}, ValueRole::Output, std::move(c));
    return site;
}

/// v[j,h,m], e[h,i,j], a = softmax(j: e), c[i,h,m] = Σ_j a·v: a head looks so many words further than the one before.
SiteRecord headsOf(const HandMade& made, const Tensor& mask) {
    const std::int64_t times = mask.dim(0);
    Tensor v({times, made.heads, made.features});
    for (std::size_t i = 0; i < v.size(); ++i) v[i] = std::cos(static_cast<float>(i) * 0.37F);
    Tensor e({made.heads, times, times});
    Tensor a(e.shape());
    Tensor c({times, made.heads, made.features});
    for (std::int64_t row = 0; row < made.heads * times; ++row) {
        float sum = 1e-7F;
        const std::int64_t h = row / times;
        const std::int64_t i = row % times;
        for (std::int64_t j = 0; j < times; ++j) {
            const auto at = static_cast<std::size_t>(row * times + j);
            e[at] = -0.3F * static_cast<float>(std::abs(i + 2 * h - j)) + std::sin(static_cast<float>(j + h));
            a[at] = std::exp(e[at]) * mask[static_cast<std::size_t>(j)];
            sum += a[at];
        }
        for (std::int64_t j = 0; j < times; ++j) {
            float& weight = a[static_cast<std::size_t>(row * times + j)];
            weight /= sum;
            for (std::int64_t m = 0; m < made.features; ++m)
                c[static_cast<std::size_t>((i * made.heads + h) * made.features + m)] +=
                    weight * v[static_cast<std::size_t>((j * made.heads + h) * made.features + m)];
        }
    }
    SiteRecord site;
    site.name = site.layer = "attention";
    site.className = "MultiHeadAttention";
    site.formula = "keras_multi_head_attention";
    site.timeAxis = "j";
    site.queryAxis = "i";
    site.perTimestep.assign(static_cast<std::size_t>(times), 0.0F);
    for (std::size_t i = 0; i < a.size(); ++i)
        site.perTimestep[i % static_cast<std::size_t>(times)] += a[i] / static_cast<float>(made.heads * times);
    const auto add = [&](const char* name, std::vector<std::string> index, ValueRole role, Tensor tensor) {
        site.values.push_back(
            {name, std::string("attention/") + name, std::move(index), role, share(std::move(tensor))});
        return site.values.size() - 1;
    };
    site.attended = add("v", {"j", "h", "m"}, ValueRole::Values, std::move(v));
    site.mask = add("mask", {"j"}, ValueRole::Mask, mask);
    site.score = add("e", {"h", "i", "j"}, ValueRole::Score, std::move(e));
    site.weights = add("a", {"h", "i", "j"}, ValueRole::Weights, std::move(a));
    site.output = add("c", {"i", "h", "m"}, ValueRole::Output, std::move(c));
    return site;
}

RecordPtr recordOf(const HandMade& made, const std::set<std::int64_t>& masked) {
    Record record;
    record.inputs.push_back(sequenceOf(made));
    Tensor mask({record.inputs[0].timesteps()}, 1.0F);
    if (!made.maskIsWhatIf) std::ranges::fill(mask.data().first(static_cast<std::size_t>(made.padding)), 0.0F);
    for (const std::int64_t t : masked) mask[static_cast<std::size_t>(t)] = 0.0F;
    record.sites.push_back(made.heads > 0 ? headsOf(made, mask) : siteOf(made, mask));
    record.predictions.push_back({"dense", share(Tensor({1}, 0.9F - 0.01F * static_cast<float>(masked.size())))});
    record.device = "made by hand";
    return std::make_shared<const Record>(std::move(record));
}

}  // namespace

ViewState handMadeState(const HandMade& made) {
    ViewState state;
    state.model = recordOf(made, {});
    state.whatIf = made.masked.empty() ? state.model : recordOf(made, made.masked);
    state.site = "attention";
    state.modelName = "made by hand";
    return state;
}

std::vector<std::string> someWords(std::size_t count) {
    static const std::vector<std::string> vocabulary{"a",     "gorgeous", "and",         "witty", "film",  "that",
                                                     "never", "quite",    "disappoints", "its",   "quiet", "audience"};
    std::vector<std::string> words;
    for (std::size_t i = 0; i < count; ++i) words.push_back(vocabulary[(i * 7 + i / 12) % vocabulary.size()]);
    return words;
}

ViewState sampleState(const std::string& model, const InputSource& source, const std::set<std::int64_t>& masked) {
    const OpenedModel opened = orThrow(openModel(samples + model, {}));
    const Sequence sequence = orThrow(makeSequence(opened, opened.model->inputs().front(), source));
    Inspector inspector(opened.model, opened.lowering, makeCpuBackend());
    ViewState state;
    state.model = orThrow(inspector.inspect({sequence}, {}, {}));
    state.whatIf = state.model;
    state.site = state.model->sites.front().name;
    state.modelName = model;
    const SiteRecord& site = state.model->sites.front();
    if (!masked.empty() && site.mask) {
        Edits edits;
        for (const std::int64_t t : masked) edits.set(site.values[*site.mask].graphName, {t}, 0.0F);
        state.whatIf = orThrow(inspector.inspect({sequence}, edits, {}));
    }
    return state;
}

InputSource review(int line) {
    std::ifstream file(samples + "sentiment/reviews.txt");
    std::string text;
    for (int at = 0; at <= line; ++at) std::getline(file, text);
    return {InputSource::Kind::Text, "reviews.txt:" + std::to_string(line), text};
}

InputSource recording() {
    return {InputSource::Kind::MatrixFile, "recording.csv", samples + "vibration/recording.csv"};
}

void present(QWidget& widget, QSize size, bool dark) {
    const Theme& theme = dark ? Theme::darkTheme() : Theme::light();
    // What a window changes of itself, its widgets inherit.
    if (qApp->styleSheet() != theme.styleSheet()) applyTheme(*qApp, theme);
    widget.setAutoFillBackground(true);
    widget.resize(size);
    widget.show();
    QCoreApplication::processEvents();
}

}  // namespace attnscope::test
