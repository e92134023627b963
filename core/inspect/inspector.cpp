#include "inspect/inspector.h"

#include "base/text.h"
#include "eval/fallback_backend.h"
#include "inspect/attainable.h"
#include "inspect/findings.h"
#include "inspect/left_values.h"
#include "text/word_tokenizer.h"

#include <algorithm>
#include <cmath>

namespace attnscope {
namespace {

constexpr std::size_t keptGraphs = 8;

/// The tensor as one entry of a batch, in the rank that the input has.
TensorPtr asBatch(const Sequence& sequence, const ModelInput& input) {
    const Shape& shape = sequence.values->shape();
    std::vector<std::int64_t> extents{1};
    if (input.extents.size() == 1 && !input.tokenIds) {
        extents.push_back(shape.elements());  // a plain vector of features
    } else if (!input.extents.empty() || !input.tokenIds) {
        extents.insert(extents.end(), shape.begin(), shape.end());
    }
    return share(Tensor(*sequence.values).reshaped(Shape(std::move(extents))));
}

/// A reshape between layers may join the batch with other axes; such a value is shown as it is.
LazyTensor withoutBatch(const LazyTensor& tensor, bool batched) {
    const bool first = batched && tensor.shape().rank() > 0 && tensor.shape()[0] == 1;
    return first ? tensor.reshaped(tensor.shape().from(1)) : tensor;
}

Status checkIds(const Sequence& sequence, const ModelInput& input) {
    if (input.vocabularySize <= 0) return {};
    for (std::size_t t = 0; t < sequence.values->size(); ++t) {
        const float id = (*sequence.values)[t];
        if (id != std::floor(id) || std::abs(id) > static_cast<float>(largestExactId))
            return fail(ErrorCode::InvalidInput, "token ids are whole numbers up to " + std::to_string(largestExactId) +
                                                     ", " + floatText(id) + " found");
        if (id >= 0.0F && id < static_cast<float>(input.vocabularySize)) continue;
        std::string token = t < sequence.tokens.size() ? sequence.tokens[t].text : std::string();
        if (!token.empty()) token = " ('" + token + "')";
        return fail(ErrorCode::InvalidInput, "timestep " + std::to_string(t) + token + " has id " +
                                                 std::to_string(static_cast<std::int64_t>(id)) +
                                                 ", the embedding has " + std::to_string(input.vocabularySize) +
                                                 " rows; is this the tokenizer the model was trained with?");
    }
    return {};
}

Status checkMatrix(const Sequence& sequence, const ModelInput& input, const char* columns = "features",
                   const char* rows = "timesteps") {
    const Shape& found = sequence.values->shape();
    if (input.extents.size() == 1) {
        if (input.extents[0] && *input.extents[0] != found.elements())
            return fail(ErrorCode::Shape, std::to_string(found.elements()) + " numbers found, " +
                                              std::to_string(*input.extents[0]) + " expected");
        return {};
    }
    if (input.extents.size() != 2 || found.rank() != 2)
        return fail(ErrorCode::Shape, "shape " + found.text() + " found, (time, feature) expected");
    if (input.extents[1] && *input.extents[1] != found[1])
        return fail(ErrorCode::Shape, std::to_string(found[1]) + " " + columns + " found, " +
                                          std::to_string(*input.extents[1]) + " expected");
    if (input.extents[0] && *input.extents[0] != found[0])
        return fail(ErrorCode::Shape, std::to_string(found[0]) + " " + rows + " found, " +
                                          std::to_string(*input.extents[0]) + " expected");
    return {};
}

RecordedValue recordedValue(const NamedValue& named, const Graph& graph, const Evaluation& evaluation) {
    const Value& value = graph.value(named.value);
    const LazyTensor& tensor = evaluation.values.at(named.value);
    if (!value.batched || value.shape[0] == 1)
        return {named.name, value.name, named.axes, named.role, withoutBatch(tensor, value.batched)};
    // Inside TimeDistributed the timesteps outside are the batch; here they are an axis like any other.
    std::vector<std::string> axes{"outer"};
    axes.insert(axes.end(), named.axes.begin(), named.axes.end());
    return {named.name, value.name, std::move(axes), named.role, tensor};
}

/// Weights as one number per timestep: the mean over every other axis.
std::vector<float> perTimestep(const RecordedValue& weights, const std::string& timeAxis) {
    const Shape& shape = weights.tensor.shape();
    const auto axis = static_cast<std::size_t>(std::ranges::find(weights.axes, timeAxis) - weights.axes.begin());
    if (axis >= shape.rank()) return {};
    const auto timesteps = static_cast<std::size_t>(shape[axis]);
    const auto inner = static_cast<std::size_t>(shape.from(axis + 1).elements());
    std::vector<double> sums(timesteps, 0.0);
    const Tensor& tensor = *weights.tensor;
    for (std::size_t flat = 0; flat < tensor.size(); ++flat) sums[flat / inner % timesteps] += tensor[flat];
    const double rows = static_cast<double>(tensor.size()) / static_cast<double>(std::max<std::size_t>(timesteps, 1));
    std::vector<float> means(timesteps);
    std::ranges::transform(sums, means.begin(), [rows](double sum) { return static_cast<float>(sum / rows); });
    return means;
}

/// The first input with as many timesteps as the site among those that its values are computed from; beyond the last
/// input if there is none.
std::size_t inputOf(ValueId from, const Graph& graph, const std::vector<Sequence>& inputs, std::int64_t timesteps) {
    std::vector<bool> upstream(graph.values().size(), false);
    upstream[from.index] = true;
    for (std::size_t index = from.index + 1; index-- > 0;) {  // producers come before what they produce
        const Value& value = graph.values()[index];
        if (!upstream[index] || value.kind != ValueKind::Computed) continue;
        for (const ValueId input : graph.nodes()[value.producer].inputs) upstream[input.index] = true;
    }
    std::size_t place = 0;
    while (place < inputs.size() && !(upstream[graph.inputs()[place].index] && inputs[place].timesteps() == timesteps))
        ++place;
    return place;
}

/// The same for the timesteps that attend: of what the layer is given, the first value that has them.
std::size_t queryInputOf(const Site& site, const SiteRecord& record, const Graph& graph,
                         const std::vector<Sequence>& inputs) {
    if (record.queryAxis.empty()) return inputs.size();
    const auto hasQueries = [&](const NamedValue& named) {
        return named.role == ValueRole::Input && std::ranges::find(named.axes, record.queryAxis) != named.axes.end();
    };
    const auto given = std::ranges::find_if(site.named, hasQueries);
    const RecordedValue& weights = record.weightsValue();
    const auto axis = std::ranges::find(weights.axes, record.queryAxis) - weights.axes.begin();
    return inputOf(given != site.named.end() ? given->value : site.score, graph, inputs,
                   weights.tensor.shape()[static_cast<std::size_t>(axis)]);
}

/// Where the weights were left on a device, it finds out there what everybody wants to know of them.
Status summarizeWeights(SiteRecord& record, const Site& site, const Evaluation& evaluation, Backend& backend,
                        const CancelToken& cancel) {
    RecordedValue& weights = record.values[record.weights];
    const auto axis = static_cast<std::size_t>(std::ranges::find(weights.axes, site.timeAxis) - weights.axes.begin());
    if (!weights.tensor.inMemory() && axis < weights.axes.size()) {
        const LazyTensor& evaluated = evaluation.values.at(site.weights);
        const std::size_t batch = evaluated.shape().rank() - weights.tensor.shape().rank();
        Result<LeftSummary> summary = summarizeLeft(backend, evaluated, batch + axis, cancel);
        if (summary) {
            record.perTimestep = std::move(summary->means);
            weights.extremes = summary->extremes;
            return {};
        }
        // A device that fails now gives its numbers back, or they are computed again.
        if (!isDeviceFailure(summary.error())) return fail(std::move(summary).error());
    }
    record.perTimestep = perTimestep(weights, site.timeAxis);
    return {};
}

Result<SiteRecord> siteRecord(const Site& site, const Graph& graph, const Evaluation& evaluation,
                              const std::vector<Sequence>& inputs, Backend& backend, const CancelToken& cancel) {
    SiteRecord record;
    record.name = site.name;
    record.layer = site.layer;
    record.className = site.className;
    record.formula = site.formula;
    record.statements = site.statements;
    record.timeAxis = site.timeAxis;
    record.queryAxis = site.queryAxis();
    record.maskIsWhatIf = site.maskIsWhatIf;
    for (const NamedValue& named : site.named) {
        const std::size_t place = record.values.size();
        if (named.value == site.score) record.score = place;
        if (named.value == site.weights) record.weights = place;
        if (named.value == site.values) record.attended = place;
        if (named.value == site.output) record.output = place;
        if (site.mask == named.value) record.mask = place;
        record.values.push_back(recordedValue(named, graph, evaluation));
    }
    ATTN_CHECK(summarizeWeights(record, site, evaluation, backend, cancel));
    record.input = inputOf(site.values, graph, inputs, static_cast<std::int64_t>(record.perTimestep.size()));
    record.queryInput = queryInputOf(site, record, graph, inputs);
    record.attainable = attainableRange(record, site, graph);
    return record;
}

std::vector<Prediction> predictionsOf(const Graph& graph, const Evaluation& evaluation) {
    std::vector<Prediction> predictions;
    for (const ValueId id : graph.outputs()) {
        const Value& value = graph.value(id);
        predictions.push_back({value.layer, withoutBatch(evaluation.values.at(id), value.batched).read()});
    }
    return predictions;
}

}  // namespace

Status checkSequence(const Sequence& sequence, const ModelInput& input) {
    const auto within = [&](Status status) -> Status {
        if (status) return {};
        return failWithin("input " + input.name, std::move(status).error());
    };
    if (!sequence.values || sequence.values->size() == 0)
        return within(fail(ErrorCode::InvalidInput, "the sequence is empty"));
    if (input.tokenIds && input.extents.size() == 2) {  // several rows of ids, as a model of sentences of words takes
        if (sequence.isIds())
            return within(
                fail(ErrorCode::InvalidInput, "a matrix of token ids expected (a .npy or .csv file), one row found"));
        ATTN_CHECK(within(checkMatrix(sequence, input, "columns", "rows")));
        return within(checkIds(sequence, input));
    }
    if (input.tokenIds != sequence.isIds()) {
        return within(fail(ErrorCode::InvalidInput,
                           input.tokenIds ? "token ids expected (a text, or one row or column of whole numbers), "
                                            "numbers (time × feature) found"
                                          : "numbers (time × feature) expected, token ids found"));
    }
    if (!input.tokenIds) return within(checkMatrix(sequence, input));
    if (!input.extents.empty() && input.extents[0] && *input.extents[0] != sequence.timesteps())
        return within(fail(ErrorCode::Shape, std::to_string(sequence.timesteps()) + " timesteps found, " +
                                                 std::to_string(*input.extents[0]) + " expected"));
    return within(checkIds(sequence, input));
}

Inspector::Inspector(std::shared_ptr<const Model> model, LoweringOptions options, std::shared_ptr<Backend> backend,
                     std::size_t readAtOnce)
    : m_model(std::move(model)),
      m_options(std::move(options)),
      m_backend(std::move(backend)),
      m_readAtOnce(readAtOnce) {}

Result<Inspector::Lowered*> Inspector::loweredFor(const std::vector<Sequence>& inputs) {
    if (inputs.size() != m_model->inputs().size())
        return fail(ErrorCode::InvalidInput, "the model has " + std::to_string(m_model->inputs().size()) + " inputs, " +
                                                 std::to_string(inputs.size()) + " given");
    std::vector<Shape> shapes;
    for (std::size_t index = 0; index < inputs.size(); ++index) {
        ATTN_CHECK(checkSequence(inputs[index], m_model->inputs()[index]));
        shapes.push_back(asBatch(inputs[index], m_model->inputs()[index])->shape());
    }
    const auto found = std::ranges::find(m_lowered, shapes, &Lowered::shapes);
    if (found != m_lowered.end()) {
        m_lowered.splice(m_lowered.begin(), m_lowered, found);
        return &m_lowered.front();
    }
    ATTN_TRY(LoweredModel lowered, lowerModel(*m_model, shapes, m_options));
    const auto graph = std::make_shared<const Graph>(std::move(lowered.graph));
    m_lowered.push_front(
        {std::move(shapes), graph, std::move(lowered.notes), std::move(lowered.incomplete),
         std::make_unique<Evaluator>(graph, m_backend, Evaluator::defaultMemory / keptGraphs, m_readAtOnce)});
    if (m_lowered.size() > keptGraphs) m_lowered.pop_back();
    return &m_lowered.front();
}

Result<std::shared_ptr<const Graph>> Inspector::graphFor(const std::vector<Sequence>& inputs) {
    ATTN_TRY(const Lowered* lowered, loweredFor(inputs));
    return lowered->graph;
}

Result<RecordPtr> Inspector::inspect(const std::vector<Sequence>& inputs, const Edits& edits,
                                     const CancelToken& cancel) {
    ATTN_TRY(Lowered * lowered, loweredFor(inputs));
    const Graph& graph = *lowered->graph;
    if (graph.sites().empty() && graph.outputs().empty() && lowered->incomplete) return fail(*lowered->incomplete);

    std::vector<ValueId> wanted = graph.outputs();
    for (const Site& site : graph.sites()) {
        for (const NamedValue& named : site.named) wanted.push_back(named.value);
    }
    std::vector<TensorPtr> tensors;
    for (std::size_t index = 0; index < inputs.size(); ++index)
        tensors.push_back(asBatch(inputs[index], m_model->inputs()[index]));
    ATTN_TRY(const Evaluation evaluation, lowered->evaluator->evaluate(tensors, edits, wanted, cancel));

    auto record = std::make_shared<Record>();
    record->inputs = inputs;
    record->evaluatedOperations = evaluation.evaluatedOperations;
    record->milliseconds = evaluation.milliseconds;
    record->predictions = predictionsOf(graph, evaluation);
    for (const Site& site : graph.sites()) {
        ATTN_TRY(SiteRecord siteMade, siteRecord(site, graph, evaluation, inputs, *m_backend, cancel));
        record->sites.push_back(std::move(siteMade));
        const SiteRecord& made = record->sites.back();
        std::ranges::move(findingsFor(made, record->sequenceFor(made), record->querySequenceFor(made)),
                          std::back_inserter(record->findings));
    }
    std::ranges::move(findingsFor(record->predictions), std::back_inserter(record->findings));
    record->device = m_backend->name();  // not sooner: another one may have answered in the end
    if (std::string remark = m_backend->remark(); !remark.empty())
        record->findings.push_back({"device", std::move(remark), {}});
    for (const std::string& note : lowered->notes) record->findings.push_back({"note", note, {}});
    if (lowered->incomplete) record->findings.push_back({"incomplete", lowered->incomplete->text(), {}});
    return RecordPtr(std::move(record));
}

Result<Verification> Inspector::verifyWith(const std::vector<Sequence>& inputs, const Edits& edits,
                                           std::shared_ptr<Backend> reference, const CancelToken& cancel) {
    ATTN_TRY(const Lowered* lowered, loweredFor(inputs));
    std::vector<TensorPtr> tensors;
    for (std::size_t index = 0; index < inputs.size(); ++index)
        tensors.push_back(asBatch(inputs[index], m_model->inputs()[index]));
    ATTN_TRY(Verification verification,
             verify(lowered->graph, tensors, edits, std::move(reference), m_backend, cancel));
    // Another backend than the one to verify has answered.
    if (std::string remark = m_backend->remark(); !remark.empty()) return fail(ErrorCode::Device, std::move(remark));
    return verification;
}

Result<std::vector<Prediction>> Inspector::predict(const std::vector<Sequence>& inputs, const CancelToken& cancel) {
    ATTN_TRY(Lowered * lowered, loweredFor(inputs));
    std::vector<TensorPtr> tensors;
    for (std::size_t index = 0; index < inputs.size(); ++index)
        tensors.push_back(asBatch(inputs[index], m_model->inputs()[index]));
    ATTN_TRY(const Evaluation evaluation,
             lowered->evaluator->evaluate(tensors, {}, lowered->graph->outputs(), cancel, Remember::Wanted));
    return predictionsOf(*lowered->graph, evaluation);
}

}  // namespace attnscope
