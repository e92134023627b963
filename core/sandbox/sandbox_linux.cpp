#include "sandbox/sandbox.h"

#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>
#include <cerrno>
#include <csignal>
#include <memory>
#include <system_error>

namespace attnscope {

namespace {

#ifdef ATTNSCOPE_SANITIZED
// The sanitizers map terabytes of address space and look at /proc when they report.
constexpr bool sanitized = true;
#else
constexpr bool sanitized = false;
#endif

tl::unexpected<Error> refused(const char* what, int number) {
    return fail(ErrorCode::Io, "the reader cannot be confined (" + std::string(what) + ": " +
                                   std::generic_category().message(number) + ")");
}

Status limit(__rlimit_resource resource, std::uint64_t soft, std::uint64_t hard) {
    const rlimit limits{soft, hard};
    if (setrlimit(resource, &limits) != 0) return refused("setrlimit", errno);
    return {};
}

using Filter = std::unique_ptr<void, decltype(&seccomp_release)>;

/// What computing, memory and ending need; every argument that could reach further is looked at.
int allowCalls(scmp_filter_ctx filter) {
    int failed = 0;
    const auto allow = [&](int call) { failed |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 0); };
    for (const int call : {SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(futex),
                           SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday), SCMP_SYS(time), SCMP_SYS(getpid),
                           SCMP_SYS(gettid), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn), SCMP_SYS(exit),
                           SCMP_SYS(exit_group), SCMP_SYS(restart_syscall), SCMP_SYS(getcwd)})
        allow(call);
    // qsort(), which libhdf5 calls for the links of a large group, asks how much memory there is.
    allow(SCMP_SYS(sysinfo));
    // Memory that is neither a file's nor to be executed.
    failed |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 2, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0),
                               SCMP_A3(SCMP_CMP_MASKED_EQ, MAP_ANONYMOUS, MAP_ANONYMOUS));
    for (const scmp_datum_t descriptor : {STDOUT_FILENO, STDERR_FILENO})
        failed |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(write), 1, SCMP_A0(SCMP_CMP_EQ, descriptor));
    // libhdf5 wants to see that there is no file of the name that it gives to an image in memory (H5FD_core_open).
    for (const int call : {SCMP_SYS(open), SCMP_SYS(openat)})
        failed |= seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOENT), call, 0);
    // abort() sends a signal to its own thread.
    failed |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
                               SCMP_A0(SCMP_CMP_EQ, static_cast<scmp_datum_t>(getpid())));
    return failed;
}

}  // namespace

Status enterSandbox(const SandboxLimits& limits) {
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) return refused("prctl", errno);
    ATTN_CHECK(limit(RLIMIT_CORE, 0, 0));
    ATTN_CHECK(limit(RLIMIT_FSIZE, 0, 0));
    ATTN_CHECK(limit(RLIMIT_NOFILE, 0, 0));
    ATTN_CHECK(limit(RLIMIT_CPU, limits.cpuSeconds, limits.cpuSeconds + 2));
    if (sanitized) return {};
    ATTN_CHECK(limit(RLIMIT_AS, limits.memoryBytes, limits.memoryBytes));
    const Filter filter(seccomp_init(SCMP_ACT_KILL_PROCESS), &seccomp_release);
    if (!filter || allowCalls(filter.get()) != 0) return refused("seccomp", ENOSYS);
    if (const int result = seccomp_load(filter.get()); result != 0) return refused("seccomp", -result);
    return {};
}

}  // namespace attnscope
