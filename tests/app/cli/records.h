#pragma once

#include "support/files.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QString>
#include <QTemporaryDir>

// What the program is given in these tests, and how its records are read.

inline const QString source = QStringLiteral(ATTNSCOPE_SOURCE_DIR);
inline const QString sentiment = source + QStringLiteral("/resources/samples/sentiment/attention.h5");
inline const QString square = source + QStringLiteral("/resources/samples/sentiment/attention_layer.h5");
inline const QString reviews = source + QStringLiteral("/resources/samples/sentiment/reviews.txt");
inline const QString vibration = source + QStringLiteral("/resources/samples/vibration/model.h5");
inline const QString recording = source + QStringLiteral("/resources/samples/vibration/recording.csv");
inline const QString golden = source + QStringLiteral("/tests/fixtures/golden/");

/// All numbers of nested lists, one behind the other.
inline QList<float> numbers(const QJsonValue& data) {
    QList<float> flat;
    for (const QJsonValue& entry : data.toArray()) {
        if (entry.isArray()) {
            flat += numbers(entry);
        } else {
            flat << static_cast<float>(entry.toDouble());
        }
    }
    return flat;
}

/// Writes a file into a folder and gives its path.
inline QString written(const QTemporaryDir& folder, const QString& name, const QByteArray& bytes) {
    attnscope::test::writeFile(folder.filePath(name), bytes);
    return folder.filePath(name);
}

/// What Keras gave in the first run of a golden case.
inline QJsonObject firstRun(const QString& fixture) {
    return QJsonDocument::fromJson(attnscope::test::contentOf(golden + fixture + ".json"))
        .object()["runs"]
        .toArray()
        .at(0)
        .toObject();
}

/// The first number that a model predicts; -1 where there is none.
inline float prediction(const QJsonObject& record) {
    return numbers(record["prediction"].toArray().at(0).toObject()["data"]).value(0, -1.0F);
}
