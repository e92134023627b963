#include "cli/new_layer_options.h"

#include "base/text.h"
#include "loading/new_layer.h"

#include <algorithm>

namespace attnscope {
namespace {

const QString newLayer = QStringLiteral("new-layer");
const QString initializer = QStringLiteral("init");
const QString seed = QStringLiteral("seed");
const QString extent = QStringLiteral("extent");

/// How all new layers of a command line start.
Result<AddedLayer> commonTo(const QCommandLineParser& parser) {
    AddedLayer layer;
    if (parser.isSet(initializer)) {
        Result<Initializer> named = initializerNamed(parser.value(initializer).toStdString());
        if (!named) return failWithin("--init", std::move(named).error());
        layer.initializer = *named;
    }
    if (parser.isSet(seed)) {
        bool isWhole = false;
        layer.seed = parser.value(seed).toULongLong(&isWhole);
        if (!isWhole)
            return fail(ErrorCode::InvalidInput,
                        "--seed '" + parser.value(seed).toStdString() + "': a whole number expected");
    }
    for (const QString& given : parser.values(extent)) {
        const qsizetype equals = given.indexOf(QLatin1Char('='));
        bool isWhole = false;
        const qlonglong size = given.mid(equals + 1).toLongLong(&isWhole);
        if (equals < 1 || !isWhole || size < 1)
            return fail(ErrorCode::InvalidInput,
                        "--extent '" + given.toStdString() + "': INDEX=NUMBER expected, e.g. h=16");
        layer.extents[given.left(equals).toStdString()] = size;
    }
    return layer;
}

}  // namespace

void addNewLayerOptions(QCommandLineParser& parser) {
    parser.addOption({newLayer,
                      QStringLiteral("Add a layer: a formula with fresh weights on what LAYER gives (the embedding, or "
                                     "the input). Several inputs: LAYER+LAYER."),
                      QStringLiteral("FORMULA[@LAYER]")});
    parser.addOption({initializer,
                      QStringLiteral("How new layers' weights start: glorot_uniform (if not given), uniform or zeros."),
                      QStringLiteral("NAME")});
    parser.addOption(
        {seed, QStringLiteral("For the random numbers of new layers; 0 if not given."), QStringLiteral("N")});
    parser.addOption({extent,
                      QStringLiteral("How far an index of a new layer runs where its input does not say, e.g. h=16; "
                                     "%1 if not given.")
                          .arg(addedLayerExtent),
                      QStringLiteral("INDEX=NUMBER")});
}

Result<std::vector<AddedLayer>> newLayersFromOptions(const QCommandLineParser& parser, const Model& model) {
    for (const QString& option : {initializer, seed, extent}) {
        if (parser.isSet(option) && !parser.isSet(newLayer))
            return fail(ErrorCode::InvalidInput,
                        "--" + option.toStdString() + " is for new layers; use it with --new-layer FORMULA");
    }
    ATTN_TRY(const AddedLayer common, commonTo(parser));
    std::vector<AddedLayer> layers;
    for (const QString& wanted : parser.values(newLayer)) {
        AddedLayer layer = common;
        const qsizetype at = wanted.indexOf(QLatin1Char('@'));
        layer.name = newLayerName(model, layers);
        layer.formula = wanted.left(at).toStdString();
        layer.inputs = at < 0 ? std::vector{sequenceLayer(model)} : split(wanted.mid(at + 1).toStdString(), '+');
        for (const std::string& input : layer.inputs) {
            const bool isNew = std::ranges::find(layers, input, &AddedLayer::name) != layers.end();
            if (!isNew && model.layerNamed(input) == nullptr)
                return fail(ErrorCode::NotFound, "--new-layer: the model has no layer '" + input + "'");
        }
        layers.push_back(std::move(layer));
    }
    return layers;
}

}  // namespace attnscope
