#include "engine/base/mapped_ranges.hpp"

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>

#include <sys/mman.h>
#include <unistd.h>

namespace atom {

namespace {

class MappedRanges
{
public:
    /// Where there is no room for one more, a cut of that file ends the process, as it would without this.
    void add(char *begin, std::size_t size) noexcept
    {
        [[maybe_unused]] static bool const handled = set_handler();
        for (auto &r : m_ranges) {
            if (!r.taken.exchange(true)) {
                r.end = begin + size;
                r.begin = begin;
                return;
            }
        }
    }
    void remove(char const *begin) noexcept
    {
        for (auto &r : m_ranges) {
            if (r.begin == begin) {
                r.begin = nullptr;
                r.taken = false;
                return;
            }
        }
    }
    /// False if the address is in none of them. Called by the handler: system calls and nothing else.
    bool put_zeros(char *at) noexcept
    {
        for (auto const &r : m_ranges) {
            char *const begin = r.begin;
            char *const end = r.end;
            if (begin == nullptr || at < begin || at >= end) {
                continue;
            }
            auto const size = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
            char *const page = begin + static_cast<std::size_t>(at - begin) / size * size;
            constexpr int k_how = MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS;
            return ::mmap(page, static_cast<std::size_t>(end - page), PROT_READ, k_how, -1, 0) != MAP_FAILED;
        }
        return false;
    }

private:
    static bool set_handler() noexcept;

    static constexpr std::size_t k_most = 256;
    struct Range
    {
        std::atomic<bool> taken = false;
        std::atomic<char *> begin = nullptr, end = nullptr;
    };
    std::array<Range, k_most> m_ranges;
};

MappedRanges g_ranges;

bool MappedRanges::set_handler() noexcept
{
    struct sigaction action = {};
    action.sa_flags = SA_SIGINFO;
    action.sa_sigaction = [](int, siginfo_t *info, void *) {
        int const error = errno;
        if (!g_ranges.put_zeros(static_cast<char *>(info->si_addr))) {
            std::signal(SIGBUS, SIG_DFL); // it comes again, and ends the process
        }
        errno = error;
    };
    sigemptyset(&action.sa_mask);
    return ::sigaction(SIGBUS, &action, nullptr) == 0;
}

} // namespace

void watch_mapping(char *begin, std::size_t size) noexcept { g_ranges.add(begin, size); }
void forget_mapping(char const *begin) noexcept { g_ranges.remove(begin); }

} // namespace atom
