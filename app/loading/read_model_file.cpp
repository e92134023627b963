#include "loading/read_model_file.h"

#include "formats/archive_stream.h"
#include "formats/formats.h"
#include "formats/read_limits.h"
#include "formats/sharded_weights.h"

#include <QCoreApplication>
#include <QDeadlineTimer>
#include <QFileInfo>
#include <QProcess>

#include <algorithm>
#include <chrono>
#include <csignal>

namespace attnscope {
namespace {

constexpr int patienceMilliseconds = 20;  // between two looks at the cancel token
constexpr int farewellMilliseconds = 3000;

/// What libhdf5 could be told by variables it shall not be told.
QProcessEnvironment environment() {
    QProcessEnvironment all = QProcessEnvironment::systemEnvironment();
    for (const QString& name : all.keys())
        if (name.startsWith(QStringLiteral("HDF5_"))) all.remove(name);
    return all;
}

/// The reader at work on one file. It is gone when this is.
class Reader {
public:
    Reader(const std::string& path, std::uint64_t fileBytes, CancelToken cancel)
        : m_limits(readLimits(fileBytes)),
          m_deadline(std::chrono::seconds(m_limits.wallSeconds)),
          m_cancel(std::move(cancel)) {
        const QString file = QString::fromStdString(path);
        m_process.setProgram(QCoreApplication::applicationDirPath() + QStringLiteral("/attnscope-reader"));
        m_process.setArguments({QFileInfo(file).fileName()});
        m_process.setProcessEnvironment(environment());
        m_process.setStandardInputFile(file);
        m_process.setStandardErrorFile(QProcess::nullDevice());
    }
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;
    ~Reader() {
        m_process.kill();
        m_process.waitForFinished(farewellMilliseconds);
    }

    Status start() {
        m_process.start(QIODevice::ReadOnly);
        if (m_process.waitForStarted()) return {};
        return fail(ErrorCode::Io, "cannot be read: " + m_process.program().toStdString() + ": " +
                                       m_process.errorString().toStdString());
    }

    /// Waits for as many bytes of the reader's answer.
    Status fill(std::span<char> buffer) {
        while (!buffer.empty()) {
            if (m_cancel.cancelled()) return fail(ErrorCode::Cancelled, "reading was cancelled");
            const qint64 count = m_process.read(buffer.data(), static_cast<qint64>(buffer.size()));
            if (count > 0) {
                buffer = buffer.subspan(static_cast<std::size_t>(count));
                continue;
            }
            if (m_deadline.hasExpired())
                return fail(ErrorCode::Limit, "reading it took longer than " + std::to_string(m_limits.wallSeconds) +
                                                  " s, the limit for a file of its size");
            if (m_process.state() == QProcess::NotRunning) return fail(lastWords());
            m_process.waitForReadyRead(patienceMilliseconds);
        }
        return {};
    }

private:
    /// Why the reader ended before its answer did.
    [[nodiscard]] Error lastWords() const {
        const int code = m_process.exitCode();  // the signal's number if there was one
        if (m_process.exitStatus() == QProcess::NormalExit)
            return {ErrorCode::Io, "the reader ended before its answer did (status " + std::to_string(code) + ")", {}};
        if (code == SIGXCPU)
            return {ErrorCode::Limit,
                    "reading it took more than " + std::to_string(m_limits.cpuSeconds) +
                        " s of computing, the limit for a file of its size",
                    {}};
        return {ErrorCode::Format,
                "reading it crashed the reader (signal " + std::to_string(code) + "); the file is damaged or hostile",
                {}};
    }

    ReadLimits m_limits;
    QDeadlineTimer m_deadline;
    CancelToken m_cancel;
    QProcess m_process;
};

Result<Archive> readApart(const std::string& path, const ReadWatch& watch) {
    ATTN_TRY(const MappedFile file, openModelFile(path));
    const std::uint64_t fileBytes = file.bytes().size();
    Reader reader(path, fileBytes, watch.cancel);
    ATTN_CHECK(reader.start());
    const auto progress = [&](std::uint64_t tensorBytes) {
        // Weights may be stored in fewer bytes than they have here.
        if (watch.progress) watch.progress(std::min(tensorBytes, fileBytes), fileBytes);
    };
    return receiveArchive([&](std::span<char> buffer) { return reader.fill(buffer); }, fileBytes, progress);
}

}  // namespace

Result<Archive> readModelFile(const std::string& path, const ReadWatch& watch) {
    const auto read = [&](const std::string& file) { return readApart(file, watch); };
    Result<Archive> archive = isShardMap(path) ? readSharded(path, read) : read(path);
    if (!archive) return failWithin(path, std::move(archive).error());
    return archive;
}

}  // namespace attnscope
