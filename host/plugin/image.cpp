#include "host/plugin/image.hpp"

#include "host/plugin/plugin_refused.hpp"
#include "host/plugin/trusted_path.hpp"
#include "storage/digest.hpp"

#include <sys/mman.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <system_error>
#include <unistd.h>
#include <vector>

// Newer than glibc 2.36.
#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008U
#endif

namespace jobhost::host {
namespace {

using worker::Descriptor;

constexpr off_t kMaxSize = off_t{256} << 20;

std::string error_text() {
    return std::generic_category().message(errno);
}

[[noreturn]] void refuse(const std::string& doing) {
    throw PluginRefused{doing + ": " + error_text(), "see to it that the host can do that"};
}

// Told from what stat() says before the copy begins, so that a huge file costs nothing.
void check_size(int file) {
    struct stat facts {};
    if (fstat(file, &facts) != 0) refuse("it cannot be examined");
    if (facts.st_size > kMaxSize)
        throw PluginRefused{"it is larger than 256 MiB", "strip debug information into a file of its own"};
}

Descriptor new_memory() {
    constexpr unsigned kFlags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
    // Systems with vm.memfd_noexec=2 demand the flag, kernels before 6.3 do not know it. It forbids execve
    // only; mapping the code is allowed.
    Descriptor memory{memfd_create("jobhost-plugin", kFlags | MFD_NOEXEC_SEAL)};
    if (!memory && errno == EINVAL) memory = Descriptor{memfd_create("jobhost-plugin", kFlags)};
    if (!memory) refuse("no memory file can be made for it");
    return memory;
}

void write_all(int memory, const char* bytes, std::size_t size) {
    while (size > 0) {
        const ssize_t written = write(memory, bytes, size);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) refuse("it cannot be copied");
        bytes += written;
        size -= static_cast<std::size_t>(written);
    }
}

// Reads until the end and not until the size seen before, which may have changed.
std::size_t fill(int memory, int file) {
    std::vector<char> buffer(std::size_t{256} << 10);
    off_t size = 0;
    for (;;) {
        const ssize_t got = read(file, buffer.data(), buffer.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) refuse("it cannot be read");
        if (got == 0) return static_cast<std::size_t>(size);
        size += got;
        if (size > kMaxSize) throw PluginRefused{"it is larger than 256 MiB", "strip it"};
        write_all(memory, buffer.data(), static_cast<std::size_t>(got));
    }
}

void seal(int memory) {
    if (fcntl(memory, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0)
        refuse("its copy cannot be sealed");
}

// The bytes of a memory file, as long as this lives.
class Mapping {
public:
    Mapping(int memory, std::size_t size)
        : size_{size}, bytes_{mmap(nullptr, size, PROT_READ, MAP_PRIVATE, memory, 0)} {
        if (bytes_ == MAP_FAILED) refuse("its copy cannot be mapped");
    }
    Mapping(const Mapping&) = delete;
    ~Mapping() { munmap(bytes_, size_); }
    std::span<const std::byte> bytes() const { return {static_cast<const std::byte*>(bytes_), size_}; }

private:
    std::size_t size_;
    void* bytes_;
};

}  // namespace

PluginImage PluginImage::open(const std::filesystem::path& path, const Trust& trust) {
    const TrustedFolder folder = TrustedFolder::open(path.parent_path(), trust.owners());
    const std::string name = path.filename().string();
    const Descriptor file = folder.open_file(name);
    check_size(file.get());
    PluginImage image;
    image.memory_ = new_memory();
    image.size_ = fill(image.memory_.get(), file.get());
    if (image.size_ == 0) throw PluginRefused{"it is empty", "copy it again"};
    seal(image.memory_.get());
    const Mapping mapping{image.memory_.get(), image.size_};
    const auto bytes = mapping.bytes();
    image.digest_ = storage::sha256({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    if (trust.needs_signature()) image.signature_ = folder.text(name + kSignatureEnding, kLargestSignature);
    image.signed_as_ = trust.check(name, bytes, image.digest_, image.signature_);
    image.report_ = check_elf(bytes);
    return image;
}

// By a descriptor with a position of its own.
Descriptor PluginImage::copy() const {
    const std::string name = "/proc/self/fd/" + std::to_string(memory_.get());
    const Descriptor file{::open(name.c_str(), O_RDONLY | O_CLOEXEC)};
    if (!file) refuse("its copy cannot be opened");
    Descriptor memory = new_memory();
    fill(memory.get(), file.get());
    seal(memory.get());
    return memory;
}

void PluginImage::check(const std::string& file, const Trust& trust) const {
    const Mapping mapping{memory_.get(), size_};
    trust.check(file, mapping.bytes(), digest_, signature_);
}

}  // namespace jobhost::host
