#include "sandbox/sandbox.h"

#include <QTemporaryDir>
#include <QTest>

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cerrno>
#include <csignal>
#include <functional>
#include <new>
#include <string>
#include <vector>

using namespace attnscope;

namespace {

constexpr int confinedStatus = 40;  // what a process that may not be confined ends with

/// What became of a process: its exit status, or minus the signal that ended it.
int fate(const std::function<int()>& work, const SandboxLimits& limits = {std::uint64_t{1} << 31U, 60}) {
    const pid_t child = fork();
    if (child == 0) {
        const Status confined = enterSandbox(limits);
        _exit(confined ? work() : confinedStatus);
    }
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) != child) return confinedStatus + 1;
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

struct Forbidden {
    const char* name;
    std::function<int()> work;
};

QTemporaryDir& folder() {
    static QTemporaryDir made;
    return made;
}

const std::vector<Forbidden>& forbidden() {
    static const std::string own = folder().filePath("own").toStdString();
    static const std::string fresh = folder().filePath("fresh").toStdString();
    static const std::vector<Forbidden> all{
        {"making a file", [] { return ::creat(fresh.c_str(), 0600); }},
        {"deleting a file", [] { return ::unlink(own.c_str()); }},
        {"asking about a file", [] { return ::access("/etc/passwd", R_OK); }},
        {"the network", [] { return ::socket(AF_INET, SOCK_STREAM, 0); }},
        {"a local socket", [] { return ::socket(AF_UNIX, SOCK_STREAM, 0); }},
        {"another process", [] { return static_cast<int>(fork()); }},
        {"another program",
         [] {
             char name[] = "/bin/true";
             char* arguments[] = {name, nullptr};
             return execv(name, arguments);
         }},
        {"a signal to the parent", [] { return ::kill(getppid(), 0); }},
        {"reading what is open",
         [] {
             char byte = 0;
             return static_cast<int>(::read(STDIN_FILENO, &byte, 1));
         }},
        {"writing to a descriptor that happens to be open", [] { return static_cast<int>(::write(7, "x", 1)); }},
        {"code made at run time",
         [] {
             void* const page =
                 mmap(nullptr, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
             return page == MAP_FAILED ? 1 : 0;
         }},
        {"a file in memory", [] { return mmap(nullptr, 4096, PROT_READ, MAP_PRIVATE, 0, 0) == MAP_FAILED ? 1 : 0; }},
        {"higher limits",
         [] {
             const rlimit more{RLIM_INFINITY, RLIM_INFINITY};
             return setrlimit(RLIMIT_AS, &more);
         }},
    };
    return all;
}

}  // namespace

class SandboxTest : public QObject {
    Q_OBJECT

private slots:
    void computingMemoryAndAnsweringGoOn();
    void noFileExists();
    void anythingElseEndsTheProcess_data();
    void anythingElseEndsTheProcess();
    void memoryIsBounded();
    void timeIsBounded();
    void aCrashLeavesNoCoreDump();
};

void SandboxTest::computingMemoryAndAnsweringGoOn() {
    int ends[2] = {-1, -1};
    QVERIFY(pipe(ends) == 0);
    const pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], STDOUT_FILENO);
        if (!enterSandbox({std::uint64_t{1} << 31U, 60})) _exit(1);
        std::vector<std::vector<int>> blocks;
        for (int round = 0; round < 100; ++round) blocks.emplace_back(std::size_t{1} << 16U, round);
        blocks.clear();
        blocks.emplace_back(std::size_t{1} << 24U, 5);
        _exit(::write(STDOUT_FILENO, "answer", 6) == 6 && blocks[0].back() == 5 ? 0 : 1);
    }
    int status = -1;
    QCOMPARE(waitpid(child, &status, 0), child);
    QCOMPARE(status, 0);
    QByteArray answer(6, '\0');
    QCOMPARE(::read(ends[0], answer.data(), 6), 6);
    QCOMPARE(answer, QByteArray("answer"));
    close(ends[0]);
    close(ends[1]);
}

void SandboxTest::noFileExists() {
    QFile own(folder().filePath("own"));
    QVERIFY(own.open(QFile::WriteOnly));
    const std::string path = own.fileName().toStdString();
    const std::string fresh = folder().filePath("fresh").toStdString();
    QCOMPARE(fate([&] { return ::open(path.c_str(), O_RDONLY) < 0 && errno == ENOENT ? 0 : 1; }), 0);
    QCOMPARE(fate([&] { return ::openat(AT_FDCWD, path.c_str(), O_RDWR) < 0 && errno == ENOENT ? 0 : 1; }), 0);
    QCOMPARE(fate([&] { return ::open(fresh.c_str(), O_WRONLY | O_CREAT, 0600) < 0 ? 0 : 1; }), 0);
    QVERIFY(!QFile::exists(folder().filePath("fresh")));
}

void SandboxTest::anythingElseEndsTheProcess_data() {
    QTest::addColumn<int>("place");
    for (std::size_t place = 0; place < forbidden().size(); ++place)
        QTest::newRow(forbidden()[place].name) << static_cast<int>(place);
}

void SandboxTest::anythingElseEndsTheProcess() {
    QFETCH(int, place);
    QCOMPARE(fate(forbidden()[static_cast<std::size_t>(place)].work), -SIGSYS);
    QVERIFY(QFile::exists(folder().filePath("own")));
    QVERIFY(!QFile::exists(folder().filePath("fresh")));
}

void SandboxTest::memoryIsBounded() {
    const auto ask = [](std::size_t bytes) {
        return [bytes] {
            try {
                const std::string block(bytes, 'x');
                return block[bytes / 2] == 'x' ? 0 : 1;
            } catch (const std::bad_alloc&) {
                return 2;
            }
        };
    };
    const SandboxLimits limits{std::uint64_t{1} << 30U, 60};
    QCOMPARE(fate(ask(std::size_t{1} << 24U), limits), 0);
    QCOMPARE(fate(ask(std::size_t{1} << 30U), limits), 2);
}

void SandboxTest::timeIsBounded() {
    const auto spin = [] {
        volatile bool on = true;
        while (on) {
        }
        return 0;
    };
    QCOMPARE(fate(spin, {std::uint64_t{1} << 31U, 1}), -SIGXCPU);
}

void SandboxTest::aCrashLeavesNoCoreDump() {
    int status = 0;
    const pid_t child = fork();
    if (child == 0) {
        ::signal(SIGABRT, SIG_DFL);  // QtTest would look for a debugger
        if (!enterSandbox({std::uint64_t{1} << 31U, 60})) _exit(1);
        abort();
    }
    QCOMPARE(waitpid(child, &status, 0), child);
    QVERIFY(WIFSIGNALED(status));
    QCOMPARE(WTERMSIG(status), SIGABRT);
    QVERIFY(!WCOREDUMP(status));
}

QTEST_GUILESS_MAIN(SandboxTest)
#include "sandbox_test.moc"
