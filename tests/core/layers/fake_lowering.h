#pragma once

#include "layers/lowering.h"
#include "support/run_graph.h"

#include <map>
#include <string>
#include <vector>

namespace attnscope::test {

/// Lowers single layers, without a model around them.
class FakeLowering final : public Lowering {
public:
    GraphBuilder& graph() override { return m_graph; }
    const Catalogue& catalogue() const override { return formulas; }
    const Era& era() const override { return time; }
    const CallArguments& arguments() const override { return called; }
    std::string chosenFormula(std::string_view layer) const override {
        const auto found = chosen.find(layer);
        return found == chosen.end() ? std::string() : found->second;
    }
    Result<std::vector<Flow>> lower(const Layer& layer, const std::vector<Flow>& inputs) override {
        const std::string outer = m_graph.layer();
        m_graph.enterLayer(outer.empty() ? layer.name : outer + "/" + layer.name);
        Result<std::vector<Flow>> outputs = lowerLayer(*this, layer, inputs);
        m_graph.enterLayer(outer);
        return outputs;
    }
    void note(std::string message) override { notes.push_back(std::move(message)); }
    void readBy(FormulaChoice choice) override { choices.push_back(std::move(choice)); }

    /// A value with numbers, as an input or an earlier layer would give it.
    ValueId given(const std::string& name, Tensor tensor) {
        return m_graph.batchedConstant(name, share(std::move(tensor)));
    }

    /// The graph so far.
    Graph build() const { return GraphBuilder(m_graph).build(); }

    /// A value of the graph so far, computed; throws where that fails, which fails the test.
    Tensor evaluate(ValueId id) const {
        const Graph graph = build();
        const Result<GraphRun> run = runGraph(graph, {});
        if (!run) throw std::runtime_error(run.error().text());
        return (*run)[id];
    }

    Catalogue formulas;
    Era time;
    CallArguments called;
    std::map<std::string, std::string, std::less<>> chosen;
    std::vector<std::string> notes;
    std::vector<FormulaChoice> choices;

private:
    GraphBuilder m_graph;
};

}  // namespace attnscope::test
