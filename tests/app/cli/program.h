#pragma once

#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QString>
#include <QStringList>
#include <QTemporaryDir>

/// A home of the program's own, while it is there: formulas, settings and pipelines of whoever runs a test are none of
/// its business.
struct Home {
    QTemporaryDir folder;

    Home() {
        for (const char* variable : {"XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"})
            qputenv(variable, folder.path().toUtf8());
    }
};

/// What the program made of its arguments.
struct Outcome {
    int status = -1;  ///< -1: it did not end; -2: it crashed
    QString out;
    QString err;
};

/// Runs the program as a script does.
inline Outcome run(const QStringList& arguments) {
    QProcess process;
    process.start(QStringLiteral(ATTNSCOPE_PROGRAM), arguments);
    if (!process.waitForFinished(60'000)) return {};
    return {process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -2,
            QString::fromUtf8(process.readAllStandardOutput()), QString::fromUtf8(process.readAllStandardError())};
}

/// The JSON that it printed; empty if it printed none.
inline QJsonObject json(const Outcome& outcome) {
    return QJsonDocument::fromJson(outcome.out.toUtf8()).object();
}
