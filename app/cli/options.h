#pragma once

#include "eval/backend.h"
#include "eval/open_backend.h"
#include "inspect/inspector.h"
#include "inspect/slice.h"
#include "loading/loading.h"

#include <QCommandLineParser>

#include <memory>
#include <optional>
#include <vector>

namespace attnscope {

/// --architecture, --device, --layer-formula, --tokenizer: what every command that opens a model takes.
void addModelOptions(QCommandLineParser& parser);
/// --text, --texts, --index, --column, --ids, --input: where the sequence comes from.
void addInputOptions(QCommandLineParser& parser);
/// --site, --slice, --mask, --set, --pin.
void addEditOptions(QCommandLineParser& parser);

/// Opens the model as the options say.
[[nodiscard]] Result<OpenedModel> openFromOptions(const QCommandLineParser& parser, const QString& path);

/// What --device asks for. Errors say what may be asked for.
[[nodiscard]] Result<DeviceChoice> deviceFromOptions(const QCommandLineParser& parser);

/// A model, what it was given, and what it made of it: with the edits, and as the model has it.
struct InspectedInput {
    OpenedModel opened;
    std::string site;  ///< the site asked for, or the first; empty if the model has none
    RecordPtr model;
    RecordPtr whatIf;  ///< the same record when there are no edits
    SiteSlice slice;   ///< which head and which query to look at
    std::optional<Verification> verification;
    Profile profile;
};

/// What to find out beside the record.
struct InspectWishes {
    bool verification = false;  ///< hold the device against the CPU
    bool profile = false;       ///< take the time of every operation
};

/// Does everything that `inspect` and `export` have in common.
[[nodiscard]] Result<InspectedInput> inspectFromOptions(const QCommandLineParser& parser, const QString& path,
                                                        const InspectWishes& wishes = {});

}  // namespace attnscope
