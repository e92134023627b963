#include "workspace/worker.h"

#include <QSemaphore>
#include <QSignalSpy>
#include <QtTest>

#include <atomic>

namespace attnscope {

/// The queue by itself, with work that the test holds up and lets go.
class TestWorker : public QObject {
    Q_OBJECT

private slots:
    void deliversOnTheCallersThread();
    void onlyTheNewestOfAKindIsRunAndDelivered();
    void aNewerRequestCancelsTheRunningOne();
    void urgentKindsGoFirst();
    void cancelledWorkIsNotDelivered();
    void runningOutOfMemoryIsAnError();
    void destructionCancelsWhatRuns();
    void everyExportIsDone();
    void destructionFinishesTheExports();
};

namespace {

/// Keeps the worker busy with work of one kind until it is released.
struct Gate {
    std::shared_ptr<QSemaphore> entered = std::make_shared<QSemaphore>();
    std::shared_ptr<QSemaphore> released = std::make_shared<QSemaphore>();

    void close(Worker& worker, JobKind kind) const {
        worker.submit(
            kind, QStringLiteral("gate"),
            [*this](Engine&, const CancelToken&) -> Result<int> {
                entered->release();
                released->acquire();
                return 0;
            },
            [](const Result<int>&) {});
        entered->acquire();
    }
    void open() const { released->release(); }
};

}  // namespace

void TestWorker::deliversOnTheCallersThread() {
    Worker worker(makeCpuBackend());
    QThread* worked = nullptr;
    QThread* delivered = nullptr;
    worker.submit(
        JobKind::Inspect, QStringLiteral("work"),
        [](Engine&, const CancelToken&) -> Result<QThread*> { return QThread::currentThread(); },
        [&](const Result<QThread*>& thread) {
            worked = *thread;
            delivered = QThread::currentThread();
        });
    QVERIFY(worker.isBusy(JobKind::Inspect));
    QTRY_COMPARE(delivered, QThread::currentThread());
    QVERIFY(worked != delivered);
    QVERIFY(!worker.isBusy(JobKind::Inspect));
    QVERIFY(worker.activity().isEmpty());
}

void TestWorker::onlyTheNewestOfAKindIsRunAndDelivered() {
    Worker worker(makeCpuBackend());
    const Gate gate;
    gate.close(worker, JobKind::OpenModel);
    std::atomic<int> runs{0};
    QList<int> delivered;
    for (int request = 0; request < 1000; ++request) {
        worker.submit(
            JobKind::Inspect, QStringLiteral("work"),
            [&runs, request](Engine&, const CancelToken&) -> Result<int> {
                ++runs;
                return request;
            },
            [&](const Result<int>& result) { delivered << *result; });
    }
    gate.open();
    QTRY_COMPARE(delivered, QList<int>{999});
    QCOMPARE(runs.load(), 1);
}

void TestWorker::aNewerRequestCancelsTheRunningOne() {
    Worker worker(makeCpuBackend());
    QSemaphore started;
    QList<int> delivered;
    worker.submit(
        JobKind::Inspect, QStringLiteral("slow"),
        [&](Engine&, const CancelToken& cancel) -> Result<int> {
            started.release();
            while (!cancel.cancelled()) QThread::yieldCurrentThread();
            return fail(ErrorCode::Cancelled, "stopped");
        },
        [&](const Result<int>&) { delivered << 1; });
    started.acquire();
    worker.submit(
        JobKind::Inspect, QStringLiteral("quick"), [](Engine&, const CancelToken&) -> Result<int> { return 2; },
        [&](const Result<int>& result) { delivered << *result; });
    QTRY_COMPARE(delivered, QList<int>{2});
}

void TestWorker::urgentKindsGoFirst() {
    Worker worker(makeCpuBackend());
    const Gate gate;
    gate.close(worker, JobKind::Export);
    QStringList order;
    const auto submit = [&](JobKind kind, const QString& name) {
        worker.submit(
            kind, name, [](Engine&, const CancelToken&) -> Result<int> { return 0; },
            [&order, name](const Result<int>&) { order << name; });
    };
    submit(JobKind::Predict, QStringLiteral("predict"));
    submit(JobKind::Inspect, QStringLiteral("inspect"));
    submit(JobKind::OpenModel, QStringLiteral("model"));
    QCOMPARE(worker.activity(), QStringLiteral("model"));
    gate.open();
    QTRY_COMPARE(order, (QStringList{QStringLiteral("model"), QStringLiteral("inspect"), QStringLiteral("predict")}));
}

void TestWorker::cancelledWorkIsNotDelivered() {
    Worker worker(makeCpuBackend());
    QSemaphore started;
    bool delivered = false;
    worker.submit(
        JobKind::Inspect, QStringLiteral("slow"),
        [&](Engine&, const CancelToken& cancel) -> Result<int> {
            started.release();
            while (!cancel.cancelled()) QThread::yieldCurrentThread();
            return 1;
        },
        [&](const Result<int>&) { delivered = true; });
    started.acquire();
    QSignalSpy activity(&worker, &Worker::activityChanged);
    worker.cancel(JobKind::Inspect);
    QVERIFY(!worker.isBusy(JobKind::Inspect));
    QCOMPARE(activity.count(), 1);
    bool laterDelivered = false;
    worker.submit(
        JobKind::Predict, QStringLiteral("later"), [](Engine&, const CancelToken&) -> Result<int> { return 2; },
        [&](const Result<int>&) { laterDelivered = true; });
    QTRY_VERIFY(laterDelivered);
    QVERIFY(!delivered);
}

void TestWorker::runningOutOfMemoryIsAnError() {
    Worker worker(makeCpuBackend());
    std::optional<Error> error;
    worker.submit(
        JobKind::OpenModel, QStringLiteral("huge"),
        [](Engine&, const CancelToken&) -> Result<int> { throw std::bad_alloc(); },
        [&](const Result<int>& result) { error = result.error(); });
    QTRY_VERIFY(error.has_value());
    QCOMPARE(error->code, ErrorCode::Limit);
}

void TestWorker::destructionCancelsWhatRuns() {
    QSemaphore started;
    bool cancelled = false;
    {
        Worker worker(makeCpuBackend());
        worker.submit(
            JobKind::Predict, QStringLiteral("slow"),
            [&](Engine&, const CancelToken& cancel) -> Result<int> {
                started.release();
                while (!cancel.cancelled()) QThread::yieldCurrentThread();
                cancelled = true;
                return 0;
            },
            [](const Result<int>&) { QFAIL("delivered after the end"); });
        started.acquire();
    }
    QVERIFY(cancelled);
}

void TestWorker::everyExportIsDone() {
    Worker worker(makeCpuBackend());
    const Gate gate;
    gate.close(worker, JobKind::OpenModel);
    QList<int> delivered;
    for (int file = 0; file < 3; ++file) {
        worker.submit(
            JobKind::Export, QStringLiteral("export"),
            [file](Engine&, const CancelToken&) -> Result<int> { return file; },
            [&](const Result<int>& result) {
                delivered << *result;
                QCOMPARE(worker.isBusy(JobKind::Export), *result < 2);
            });
    }
    gate.open();
    QTRY_COMPARE(delivered, (QList<int>{0, 1, 2}));
}

void TestWorker::destructionFinishesTheExports() {
    int written = 0;
    {
        Worker worker(makeCpuBackend());
        const Gate gate;
        gate.close(worker, JobKind::Inspect);
        for (int file = 0; file < 2; ++file) {
            worker.submit(
                JobKind::Export, QStringLiteral("export"),
                [&written](Engine&, const CancelToken&) -> Result<int> { return ++written; },
                [](const Result<int>&) { QFAIL("delivered after the end"); });
        }
        gate.open();
    }
    QCOMPARE(written, 2);
}

}  // namespace attnscope

QTEST_GUILESS_MAIN(attnscope::TestWorker)
#include "test_worker.moc"
