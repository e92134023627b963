#include "workspace/worker.h"

#include <QMetaObject>
#include <QThread>

#include <algorithm>

namespace attnscope {
namespace {

constexpr auto exports = static_cast<std::size_t>(JobKind::Export);

}  // namespace

Worker::Worker(std::shared_ptr<Backend> backend, QObject* parent)
    : QObject(parent), m_backend(std::move(backend)), m_thread(QThread::create([this] { run(); })) {
    m_thread->setObjectName(QStringLiteral("attnscope worker"));
    m_thread->start();
}

Worker::~Worker() {
    {
        const std::lock_guard lock(m_mutex);
        m_stopping = true;
        for (std::size_t kind = 0; kind < jobKinds; ++kind) {
            if (kind != exports) m_waiting[kind].clear();
        }
        if (m_running && m_running->kind != exports) m_running->cancel.cancel();
    }
    m_wake.notify_one();
    m_thread->wait();
}

void Worker::enqueue(JobKind kind, const QString& what, Work work) {
    const auto place = static_cast<std::size_t>(kind);
    const bool replaces = kind != JobKind::Export;
    m_newest[place] = ++m_lastNumber;
    if (replaces) m_wanted[place] = m_lastNumber;
    m_what[place] = what;
    {
        const std::lock_guard lock(m_mutex);
        if (replaces) dropWaitingAndRunning(place);
        m_waiting[place].push_back({place, m_lastNumber, CancelToken(), std::move(work)});
    }
    m_wake.notify_one();
    emit activityChanged();
}

void Worker::cancel(JobKind kind) {
    const auto place = static_cast<std::size_t>(kind);
    if (m_what[place].isEmpty()) return;
    m_wanted[place] = ++m_lastNumber;
    m_what[place].clear();
    {
        const std::lock_guard lock(m_mutex);
        dropWaitingAndRunning(place);
    }
    emit activityChanged();
}

void Worker::dropWaitingAndRunning(std::size_t kind) {
    m_waiting[kind].clear();
    if (m_running && m_running->kind == kind) m_running->cancel.cancel();
}

QString Worker::activity() const {
    const auto busy = std::ranges::find_if_not(m_what, &QString::isEmpty);
    return busy == m_what.end() ? QString() : *busy;
}

std::optional<Worker::Job> Worker::nextJob() {
    std::unique_lock lock(m_mutex);
    m_running.reset();
    const auto waits = [](const std::deque<Job>& jobs) { return !jobs.empty(); };
    m_wake.wait(lock, [&] { return m_stopping || std::ranges::any_of(m_waiting, waits); });
    const auto next = std::ranges::find_if(m_waiting, waits);
    if (next == m_waiting.end()) return std::nullopt;
    Job job = std::move(next->front());
    next->pop_front();
    m_running = Job{job.kind, job.number, job.cancel, {}};
    return job;
}

void Worker::run() {
    Engine engine(m_backend);
    while (const std::optional<Job> job = nextJob()) {
        Delivery delivery = job->work(engine, job->cancel);
        QMetaObject::invokeMethod(
            this,
            [this, kind = job->kind, number = job->number, delivery = std::move(delivery)] {
                finish(kind, number, delivery);
            },
            Qt::QueuedConnection);
    }
}

void Worker::finish(std::size_t kind, std::uint64_t number, const Delivery& delivery) {
    if (number < m_wanted[kind]) return;
    if (number == m_newest[kind]) m_what[kind].clear();
    delivery();
    emit activityChanged();
}

}  // namespace attnscope
