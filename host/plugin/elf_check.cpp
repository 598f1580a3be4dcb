#include "host/plugin/elf_check.hpp"

#include "host/plugin/elf_file.hpp"
#include "host/worker/utf8.hpp"

#include <bit>
#include <iterator>

namespace jobhost::host {
namespace {

constexpr std::string_view kRebuild = "build it as a shared library for this machine";

#if defined(__x86_64__)
constexpr Elf64_Half kMachine = EM_X86_64;
#elif defined(__aarch64__)
constexpr Elf64_Half kMachine = EM_AARCH64;
#else
#error "say which ELF machine this is"
#endif

// A hostile file could repeat itself 65,535 times.
void advise(ElfReport& report, std::string advice) {
    constexpr std::size_t kMost = 20;
    if (report.advice.size() < kMost) report.advice.push_back(std::move(advice));
}

Elf64_Ehdr read_header(const ElfBytes& file) {
    if (file.has_bytes(0, "MZ")) throw PluginRefused{"it is a Windows library", std::string{kRebuild}};
    if (!file.has_bytes(0, {ELFMAG, SELFMAG}))
        throw PluginRefused{"it is not an ELF file", std::string{kRebuild}};
    const auto header = file.read<Elf64_Ehdr>(0);
    constexpr auto kOrder = std::endian::native == std::endian::little ? ELFDATA2LSB : ELFDATA2MSB;
    if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_ident[EI_DATA] != kOrder ||
        header.e_machine != kMachine)
        throw PluginRefused{"it is made for another machine", std::string{kRebuild}};
    if (header.e_type != ET_DYN) throw PluginRefused{"it is not a shared library", std::string{kRebuild}};
    if (header.e_shentsize != sizeof(Elf64_Shdr) || header.e_phentsize != sizeof(Elf64_Phdr))
        throw PluginRefused{"its headers have an unknown size", std::string{kRebuild}};
    return header;
}

void check_segments(const ElfBytes& file, const Elf64_Ehdr& header, ElfReport& report) {
    const ElfBytes table = file.part(header.e_phoff, std::uint64_t{header.e_phnum} * sizeof(Elf64_Phdr));
    for (std::size_t i = 0; i < header.e_phnum; ++i) {
        const auto segment = table.read<Elf64_Phdr>(i * sizeof(Elf64_Phdr));
        if (segment.p_type == PT_LOAD) file.part(segment.p_offset, segment.p_filesz);
        if (segment.p_type == PT_GNU_STACK && (segment.p_flags & PF_X) != 0)
            advise(report, "it asks for an executable stack; link with -Wl,-z,noexecstack");
    }
}

// A section with the strings that its entries name.
struct Table {
    ElfBytes entries;
    ElfBytes strings;
};

// The first section of `type`. One is enough, and looking at more would let a hostile file make us read the
// same bytes again and again.
std::optional<Table> find_table(const ElfBytes& file, const Elf64_Ehdr& header, Elf64_Word type) {
    const ElfBytes sections = file.part(header.e_shoff, std::uint64_t{header.e_shnum} * sizeof(Elf64_Shdr));
    for (std::size_t i = 0; i < header.e_shnum; ++i) {
        const auto section = sections.read<Elf64_Shdr>(i * sizeof(Elf64_Shdr));
        if (section.sh_type != type) continue;
        const auto strings = sections.read<Elf64_Shdr>(std::uint64_t{section.sh_link} * sizeof(Elf64_Shdr));
        return Table{file.part(section.sh_offset, section.sh_size),
                     file.part(strings.sh_offset, strings.sh_size)};
    }
    return std::nullopt;
}

void check_symbols(const Table& table, ElfReport& report) {
    bool has_entry = false;
    std::size_t unique = 0;
    std::string_view first_unique;
    for (std::size_t at = 0; table.entries.holds(at, sizeof(Elf64_Sym)); at += sizeof(Elf64_Sym)) {
        const auto symbol = table.entries.read<Elf64_Sym>(at);
        if (symbol.st_shndx == SHN_UNDEF) continue;
        if (table.strings.has_text(symbol.st_name, JOBHOST_ENTRY_SYMBOL)) has_entry = true;
        if (ELF64_ST_BIND(symbol.st_info) == STB_GNU_UNIQUE && unique++ == 0)
            first_unique = table.strings.text(symbol.st_name);
    }
    if (!has_entry)
        throw PluginRefused{"it does not export " JOBHOST_ENTRY_SYMBOL,
                            "export that function with C linkage and default visibility"};
    if (unique > 0)
        advise(report, "it has " + std::to_string(unique) +
                           " STB_GNU_UNIQUE symbols, which keep it in memory "
                           "for ever when it runs in the host (the first: " +
                           worker::clean_utf8(first_unique.substr(0, 200)) +
                           "); compile with -fno-gnu-unique and hide all but the entry symbol");
}

void check_flags(const Elf64_Dyn& entry, ElfReport& report) {
    const Elf64_Xword value = entry.d_un.d_val;
    if (entry.d_tag == DT_TEXTREL || (entry.d_tag == DT_FLAGS && (value & DF_TEXTREL) != 0))
        throw PluginRefused{"it has text relocations, so its code would have to be writable",
                            "compile everything in it with -fPIC"};
    if (entry.d_tag == DT_FLAGS && (value & DF_STATIC_TLS) != 0)
        advise(report,
               "it uses the static TLS model, of which a process has little; "
               "compile without -ftls-model=initial-exec");
    if (entry.d_tag == DT_FLAGS_1 && (value & DF_1_NODELETE) != 0)
        advise(report,
               "it is marked NODELETE and is never unloaded from the host; "
               "link without -Wl,-z,nodelete");
}

void check_dynamic(const Table& table, ElfReport& report) {
    constexpr std::size_t kMostNeeded = 1000;  // bounds the work: each name may be as long as the file
    for (std::size_t at = 0; table.entries.holds(at, sizeof(Elf64_Dyn)); at += sizeof(Elf64_Dyn)) {
        const auto entry = table.entries.read<Elf64_Dyn>(at);
        if (entry.d_tag == DT_NULL) break;
        check_flags(entry, report);
        const bool is_path = entry.d_tag == DT_RPATH || entry.d_tag == DT_RUNPATH;
        if (entry.d_tag != DT_NEEDED && !is_path) continue;
        const std::string text = worker::clean_utf8(table.strings.text(entry.d_un.d_val).substr(0, 4096));
        if (!is_path && report.needed.size() < kMostNeeded) report.needed.push_back(text);
        if (is_path && text.find("$ORIGIN") != std::string::npos)
            advise(report, "its library path is " + text +
                               ", but a private copy is loaded that has no folder: link those libraries "
                               "statically or install them in the system's folders");
    }
}

jobhost_abi_tag find_tag(const ElfBytes& file) {
    constexpr unsigned char kMagic[] = JOBHOST_TAG_MAGIC;
    const auto place = file.find(kMagic);
    if (!place || !file.holds(*place, sizeof(jobhost_abi_tag)))
        throw PluginRefused{"it has no jobhost tag, so it is not a plugin",
                            "write JOBHOST_DEFINE_TAG(); once at file scope, or JOBHOST_PLUGIN(...) in C++"};
    const auto tag = file.read<jobhost_abi_tag>(*place);
    if (tag.abi_major != JOBHOST_ABI_MAJOR)
        throw PluginRefused{"it speaks ABI version " + std::to_string(tag.abi_major) + ", this host speaks " +
                                std::to_string(JOBHOST_ABI_MAJOR),
                            "build it with the SDK of this host"};
    if (tag.pointer_size != sizeof(void*))
        throw PluginRefused{"its tag is for another pointer size", std::string{kRebuild}};
    return tag;
}

}  // namespace

ElfReport check_elf(std::span<const std::byte> bytes) {
    const ElfBytes file{bytes};
    const Elf64_Ehdr header = read_header(file);
    ElfReport report;
    check_segments(file, header, report);
    const auto symbols = find_table(file, header, SHT_DYNSYM);
    const auto dynamic = find_table(file, header, SHT_DYNAMIC);
    if (!symbols || !dynamic)
        throw PluginRefused{"its section headers list no dynamic symbols",
                            "do not strip the section headers"};
    report.tag = find_tag(file);
    check_symbols(*symbols, report);
    check_dynamic(*dynamic, report);
    return report;
}

}  // namespace jobhost::host
