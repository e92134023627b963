#include "workspace/choice_memory.h"

#include <QCryptographicHash>
#include <QFile>
#include <QSettings>
#include <QStringList>

namespace attnscope {
namespace {

constexpr qsizetype keptFiles = 100;
const QString group = QStringLiteral("layerChoices");
const QString order = QStringLiteral("order");  ///< fingerprints, the newest first

using Texts = std::map<std::string, std::string, std::less<>>;

// Layers' names hold slashes, which mean groups to QSettings; so names and contents are one list.
QStringList asList(const Texts& texts) {
    QStringList list;
    for (const auto& [layer, text] : texts) list << QString::fromStdString(layer) << QString::fromStdString(text);
    return list;
}

Texts asTexts(const QStringList& list) {
    Texts texts;
    for (qsizetype place = 0; place + 1 < list.size(); place += 2)
        texts[list[place].toStdString()] = list[place + 1].toStdString();
    return texts;
}

}  // namespace

ChoiceMemory::ChoiceMemory(QSettings* settings) : m_settings(settings) {
    if (m_settings == nullptr) return;
    m_settings->beginGroup(group);
    for (const QString& fingerprint : m_settings->value(order).toStringList()) {
        m_choices[fingerprint.toStdString()] = {
            asTexts(m_settings->value(fingerprint + QStringLiteral("/formulas")).toStringList()),
            asTexts(m_settings->value(fingerprint + QStringLiteral("/written")).toStringList()),
            {}};
    }
    m_settings->endGroup();
}

void ChoiceMemory::remember(const std::string& fingerprint, const LayerChoices& choices) {
    const bool nothing = choices.formulas.empty() && choices.written.empty();
    if (fingerprint.empty() || (nothing && !m_choices.contains(fingerprint))) return;
    if (nothing)
        m_choices.erase(fingerprint);
    else
        m_choices[fingerprint] = {choices.formulas, choices.written, {}};
    if (m_settings == nullptr) return;
    m_settings->beginGroup(group);
    const QString key = QString::fromStdString(fingerprint);
    QStringList kept = m_settings->value(order).toStringList();
    kept.removeAll(key);
    m_settings->remove(key);
    if (!nothing) {
        kept.prepend(key);
        m_settings->setValue(key + QStringLiteral("/formulas"), asList(choices.formulas));
        m_settings->setValue(key + QStringLiteral("/written"), asList(choices.written));
    }
    while (kept.size() > keptFiles) m_settings->remove(kept.takeLast());
    m_settings->setValue(order, kept);
    m_settings->endGroup();
}

std::string fingerprintOf(const std::string& path) {
    QFile file(QString::fromStdString(path));
    QCryptographicHash hash(QCryptographicHash::Blake2b_160);
    if (!file.open(QIODevice::ReadOnly) || !hash.addData(&file)) return {};
    return hash.result().toHex().toStdString();
}

}  // namespace attnscope
