#include "base/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cerrno>
#include <system_error>

namespace attnscope {

namespace {

tl::unexpected<Error> unreadable(int number) {
    if (number == ENOENT) return fail(ErrorCode::NotFound, "no such file");
    return fail(ErrorCode::Io, "cannot be read: " + std::generic_category().message(number));
}

}  // namespace

Result<MappedFile> MappedFile::open(const std::string& path) {
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (descriptor < 0) return unreadable(errno);
    Result<MappedFile> file = ofDescriptor(descriptor);
    ::close(descriptor);
    return file;
}

Result<MappedFile> MappedFile::ofDescriptor(int descriptor) {
    struct stat about {};
    if (fstat(descriptor, &about) != 0) return unreadable(errno);
    if (S_ISDIR(about.st_mode)) return fail(ErrorCode::Format, "is a folder; a file was expected");
    if (!S_ISREG(about.st_mode)) return fail(ErrorCode::Format, "is not a regular file");
    const auto size = static_cast<std::size_t>(about.st_size);
    if (size == 0) return MappedFile(nullptr, 0);  // mmap takes no empty files
    void* const start = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor, 0);
    if (start == MAP_FAILED) return unreadable(errno);
    return MappedFile(start, size);
}

MappedFile::~MappedFile() {
    if (m_start != nullptr) munmap(m_start, m_size);
}

}  // namespace attnscope
