#pragma once
// The parts of a zip in memory, read in pieces and never past a budget. The only user of libzip. Every fault is a FileRefused in the
// agency's words: whoever sends a spreadsheet reads it.

#include "engine/layout/fault.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace atom {

/// How much may come out of a spreadsheet of so many bytes, all in all: 64 MiB and 256 times its size. Real ones stay far below it; a zip
/// bomb does not.
class UnpackBudget
{
public:
    explicit UnpackBudget(std::uint64_t packed) noexcept : m_limit((std::uint64_t{64} << 20) + 256 * packed) {}
    void spend(std::uint64_t bytes);

private:
    std::uint64_t m_limit;
    std::uint64_t m_spent = 0;
};

class ZipArchive
{
public:
    /// `bytes` must outlive it.
    ZipArchive(std::string_view bytes, UnpackBudget &budget);
    ~ZipArchive();
    ZipArchive(ZipArchive const &) = delete;
    ZipArchive &operator=(ZipArchive const &) = delete;

    /// Without regard to case and to which way its slashes lean, as spreadsheet programs look for it.
    bool has(std::string const &part) const;
    /// Hands out the part's bytes, unpacked, in order; its checksum has been seen to be right when this returns.
    void read(std::string const &part, std::function<void(std::string_view)> const &take);

private:
    struct State;
    std::unique_ptr<State> m_state;
    UnpackBudget &m_budget;
};

} // namespace atom
