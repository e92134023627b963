#pragma once

#include "workspace/engine.h"

#include <QObject>
#include <QString>

#include <array>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <new>
#include <optional>

class QThread;

namespace attnscope {

/// What can be asked of the worker, the most urgent first. Of each kind only the newest request counts, save for
/// exports: each of them is done, even if the program is about to end.
enum class JobKind : std::size_t {
    OpenDevice,
    Recognize,
    OpenModel,
    OpenTokenizer,
    OpenSequences,
    Describe,
    Paint,
    ReadFormulas,
    Inspect,
    ReadNumbers,
    ListDevices,
    Export,
    Verify,
    TakeProfile,
    Predict
};
constexpr std::size_t jobKinds = static_cast<std::size_t>(JobKind::Predict) + 1;

/// One thread that owns the engine. A request replaces the waiting one of its kind and cancels the running one (exports
/// queue up instead), so that dragging never queues up; results come back on the thread of this object, and only if
/// they are still wanted.
class Worker : public QObject {
    Q_OBJECT
public:
    explicit Worker(std::shared_ptr<Backend> backend, QObject* parent = nullptr);
    /// Cancels what runs, finishes the exports and joins the thread.
    ~Worker() override;

    /// Runs `work(Engine&, const CancelToken&)`, which returns some Result, on the worker's thread; then
    /// `deliver(result)` on this object's thread, unless a newer request of the kind has come or it was cancelled.
    template <typename Work, typename Deliver>
    void submit(JobKind kind, const QString& what, Work work, Deliver deliver) {
        using Made = std::invoke_result_t<Work, Engine&, const CancelToken&>;
        enqueue(kind, what,
                [work = std::move(work), deliver = std::move(deliver)](Engine& engine, const CancelToken& cancel) {
                    auto made = std::make_shared<Made>(guarded<Made>(work, engine, cancel));
                    return [made, deliver] { deliver(std::move(*made)); };
                });
    }

    /// Drops what waits and what runs of this kind.
    void cancel(JobKind kind);
    /// Something of this kind waits, runs, or is about to be delivered.
    [[nodiscard]] bool isBusy(JobKind kind) const { return !m_what[static_cast<std::size_t>(kind)].isEmpty(); }
    /// What is being done, the most urgent kind; empty when idle.
    [[nodiscard]] QString activity() const;

signals:
    void activityChanged();

private:
    using Delivery = std::function<void()>;
    using Work = std::function<Delivery(Engine&, const CancelToken&)>;
    struct Job {
        std::size_t kind = 0;
        std::uint64_t number = 0;
        CancelToken cancel;
        Work work;
    };

    /// Memory that runs out is the request's failure, not the program's.
    template <typename Made, typename Function>
    static Made guarded(const Function& work, Engine& engine, const CancelToken& cancel) {
        try {
            return work(engine, cancel);
        } catch (const std::bad_alloc&) {
            return fail(ErrorCode::Limit, "there is not enough memory for this");
        }
    }

    void enqueue(JobKind kind, const QString& what, Work work);
    void run();
    /// Called with the mutex held.
    void dropWaitingAndRunning(std::size_t kind);
    [[nodiscard]] std::optional<Job> nextJob();
    void finish(std::size_t kind, std::uint64_t number, const Delivery& delivery);

    std::shared_ptr<Backend> m_backend;
    std::unique_ptr<QThread> m_thread;
    std::uint64_t m_lastNumber = 0;
    std::array<std::uint64_t, jobKinds> m_wanted{};  ///< results of requests older than this are not wanted
    std::array<std::uint64_t, jobKinds> m_newest{};
    std::array<QString, jobKinds> m_what;  ///< descriptions of the newest requests

    std::mutex m_mutex;  ///< guards everything below
    std::condition_variable m_wake;
    std::array<std::deque<Job>, jobKinds> m_waiting;
    std::optional<Job> m_running;  ///< without its work
    bool m_stopping = false;
};

}  // namespace attnscope
