#pragma once
// One bit a physical line: which lines are of a record, which are good, which a rule wrote. 1-based, as lines are.

#include <bit>
#include <cstdint>
#include <vector>

namespace atom {

class Bitmap
{
public:
    bool test(std::uint64_t line) const noexcept
    {
        auto const i = line - 1;
        return i / 64 < m_words.size() && (m_words[i / 64] >> (i % 64) & 1) != 0;
    }
    void set(std::uint64_t line)
    {
        auto const i = line - 1;
        if (i / 64 >= m_words.size()) {
            m_words.resize(i / 64 + 1);
        }
        m_words[i / 64] |= std::uint64_t{1} << (i % 64);
    }
    void reset(std::uint64_t line) noexcept
    {
        auto const i = line - 1;
        if (i / 64 < m_words.size()) {
            m_words[i / 64] &= ~(std::uint64_t{1} << (i % 64));
        }
    }
    /// The first line >= `line` whose bit is set; 0 if there is none.
    std::uint64_t next(std::uint64_t line) const noexcept
    {
        auto const i = line - 1;
        auto word = i / 64;
        if (word >= m_words.size()) {
            return 0;
        }
        auto bits = m_words[word] & (~std::uint64_t{0} << (i % 64));
        while (bits == 0) {
            if (++word == m_words.size()) {
                return 0;
            }
            bits = m_words[word];
        }
        return word * 64 + static_cast<std::uint64_t>(std::countr_zero(bits)) + 1;
    }
    std::uint64_t count() const noexcept
    {
        std::uint64_t n = 0;
        for (auto const w : m_words) {
            n += static_cast<std::uint64_t>(std::popcount(w));
        }
        return n;
    }
    /// Lines 64*word + 1 …: for writers that own whole words.
    std::vector<std::uint64_t> &words() noexcept { return m_words; }
    std::vector<std::uint64_t> const &words() const noexcept { return m_words; }

private:
    std::vector<std::uint64_t> m_words;
};

} // namespace atom
