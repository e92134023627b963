#include "workspace/formula_folder.h"
#include "workspace/workspace.h"

#include <algorithm>

// How layers are read: by which formulas, and which layers there are beside the model's own.

namespace attnscope {
namespace {

/// The edits without those of a layer's values: they are about the formula that it had.
Edits withoutLayer(const Edits& edits, const std::string& layer) {
    Edits kept = edits;
    for (const auto& [value, edit] : edits.values()) {
        if (value.starts_with(layer + "/")) kept.clear(value);
    }
    return kept;
}

QString quoted(const std::string& name) {
    return QString::fromStdString(name);
}

}  // namespace

const LayerSummary* Workspace::layer(const std::string& name) const {
    const LayerSummary* nearest = nullptr;
    for (const LayerSummary& layer : layers()) {
        if (layer.name == name) return &layer;
        const bool isAround = name.starts_with(layer.name + "/");
        if (isAround && (nearest == nullptr || layer.name.size() > nearest->name.size())) nearest = &layer;
    }
    return nearest;
}

const Formula* Workspace::formulaOf(const std::string& name) const {
    if (!hasModel()) return nullptr;
    const Catalogue& formulas = *opened().lowering.catalogue;
    if (m_state.choices.written.contains(name)) return formulas.find(writtenFormulaName(name));
    if (m_records.model) {
        const auto site = std::ranges::find(m_records.model->sites, name, &SiteRecord::layer);
        if (site != m_records.model->sites.end()) return formulas.find(site->formula);
    }
    const LayerSummary* summary = layer(name);
    return summary != nullptr ? formulas.find(summary->formula) : nullptr;
}

const Formula* Workspace::formulaOf(const SiteRecord& site) const {
    const auto edited = m_editedFormulas.find(site.layer);
    if (edited != m_editedFormulas.end() && site.formula == writtenFormulaName(site.layer)) return &edited->second;
    return hasModel() ? opened().lowering.catalogue->find(site.formula) : nullptr;
}

void Workspace::setLayerFormula(const std::string& layer, const std::string& formula) {
    if (!hasModel()) return;
    EditState after = m_state;
    after.choices.written.erase(layer);
    after.formulas.erase(layer);
    if (formula.empty())
        after.choices.formulas.erase(layer);
    else
        after.choices.formulas[layer] = formula;
    if (after.choices == m_state.choices && after.formulas == m_state.formulas) return;
    after.edits = withoutLayer(after.edits, layer);
    m_wantedSite = layer;
    push(formula.empty() ? tr("Read %1 by itself").arg(quoted(layer))
                         : tr("Read %1 by %2").arg(quoted(layer), quoted(formula)),
         {}, std::move(after));
}

void Workspace::writeFormula(const std::string& layer, const std::string& source, std::uint64_t session) {
    if (!hasModel()) return;
    EditState after = m_state;
    after.choices.formulas.erase(layer);
    after.choices.written[layer] = source;
    if (after.choices == m_state.choices) return;
    after.edits = withoutLayer(after.edits, layer);
    m_wantedSite = layer;
    pushInSession(tr("Write a formula for %1").arg(quoted(layer)), "write " + layer, session, std::move(after));
}

void Workspace::editFormula(const std::string& layer, const std::string& source, std::uint64_t session) {
    const Formula* own = formulaOf(layer);
    EditState after = m_state;
    if (own != nullptr && own->source() == source)
        after.formulas.erase(layer);
    else
        after.formulas[layer] = source;
    if (after.formulas == m_state.formulas) return;
    pushInSession(tr("Edit the formula of %1").arg(quoted(layer)), "formula " + layer, session, std::move(after));
}

void Workspace::revertFormula(const std::string& layer) {
    EditState after = m_state;
    if (after.formulas.erase(layer) == 0) return;
    push(tr("Take back the formula of %1").arg(quoted(layer)), {}, std::move(after));
}

void Workspace::addLayer(const AddedLayer& layer) {
    if (!hasModel()) return;
    EditState after = m_state;
    after.choices.added.push_back(layer);
    m_wantedSite = layer.name;
    push(tr("Add %1").arg(quoted(layer.name)), {}, std::move(after));
}

void Workspace::removeLayer(const std::string& name) {
    EditState after = m_state;
    std::vector<std::string> gone{name};
    // Added layers come after what they are given, so one pass finds all that hang on this one.
    std::erase_if(after.choices.added, [&](const AddedLayer& layer) {
        const bool hangs = layer.name == name || std::ranges::any_of(layer.inputs, [&](const std::string& input) {
                               return std::ranges::find(gone, input) != gone.end();
                           });
        if (hangs) gone.push_back(layer.name);
        return hangs;
    });
    if (after.choices == m_state.choices) return;
    for (const std::string& layer : gone) {
        after.edits = withoutLayer(after.edits, layer);
        after.formulas.erase(layer);
    }
    push(tr("Remove %1").arg(quoted(name)), {}, std::move(after));
}

void Workspace::parseEditedFormulas() {
    m_editedFormulas.clear();
    for (const auto& [layer, source] : m_state.formulas) {
        if (Result<Formula> formula = Formula::parse(source, writtenFormulaName(layer)))
            m_editedFormulas.emplace(layer, *std::move(formula));
    }
}

/// The state's choices take effect: what is lowered from now on, what the list of layers says, what is remembered.
void Workspace::applyChoices() {
    Result<LoweringOptions> lowering = loweringFor(m_catalogue, m_state.choices);
    if (!lowering) {
        emit problem(lowering.error());
        return;
    }
    m_model.opened.lowering = *std::move(lowering);
    m_memory.remember(m_model.fingerprint, m_state.choices);
    describe();
}

void Workspace::describe() {
    m_worker.submit(
        JobKind::Describe, tr("Describing the layers"),
        [opened = m_model.opened](Engine&, const CancelToken&) -> Result<DescribedModel> {
            return Engine::describe(opened);
        },
        [this](Result<DescribedModel>&& described) {
            if (!described) {
                emit problem(described.error());
                return;
            }
            m_model.layers = std::move(described->layers);
            m_model.siteWeights = std::move(described->siteWeights);
            emit modelChanged();
            // While nothing is evaluated, the list says which sites there are.
            const std::vector<std::string> names = sites();
            if (m_records.model || std::ranges::find(names, m_site) != names.end()) return;
            m_site = names.empty() ? std::string() : names.front();
            emit siteChanged();
        });
}

void Workspace::watchFormulas(const std::string& folder) {
    m_folderPath = folder;
    m_folder = std::make_unique<FormulaFolder>(QString::fromStdString(folder));
    connect(m_folder.get(), &FormulaFolder::changed, this, &Workspace::readFormulas);
    readFormulas();
}

void Workspace::readFormulas() {
    m_worker.submit(
        JobKind::ReadFormulas, tr("Reading formulas"),
        [folder = m_folderPath](Engine&, const CancelToken&) -> Result<FoundFormulas> { return findFormulas(folder); },
        [this](Result<FoundFormulas>&& found) {
            if (found)
                setCatalogue(*std::move(found));
            else
                emit problem(found.error());
        });
}

void Workspace::setCatalogue(FoundFormulas found) {
    m_catalogue = std::move(found.catalogue);
    if (hasModel()) {
        if (auto lowering = loweringFor(m_catalogue, m_state.choices)) m_model.opened.lowering = *std::move(lowering);
        describe();
        inspect();
    }
    emit catalogueChanged();
    // The same problem is told once, not every time that another file changes.
    const std::string why = found.problem ? found.problem->text() : std::string();
    if (found.problem && why != m_folderProblem) emit formulaFileProblem(*found.problem);
    m_folderProblem = why;
}

void Workspace::keepFormula(const std::string& name, const std::string& source, bool replace) {
    m_worker.submit(
        JobKind::Export, tr("Keeping %1").arg(quoted(name)),
        [folder = m_folderPath, name, source, replace](Engine&, const CancelToken&) {
            return attnscope::keepFormula(folder, name, source, replace);
        },
        [this, name](const Status& status) {
            if (!status) {
                emit problem(status.error());
                return;
            }
            readFormulas();
            emit formulaKept(quoted(name));
        });
}

}  // namespace attnscope
