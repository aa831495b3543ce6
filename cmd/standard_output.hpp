#pragma once
// Standard output, whose every byte is seen to arrive: a full disk behind `atom files > list` is a fault, not an exit code 0.

#include <array>
#include <streambuf>

namespace atom {

/// While it lives, std::cout goes through it, and a write that fails throws FileError out of whatever prints; what is still in hand is
/// dropped then. The destructor writes nothing: flush std::cout to know. One at a time.
class StandardOutput : private std::streambuf
{
public:
    StandardOutput();
    ~StandardOutput() override;
    StandardOutput(StandardOutput const &) = delete;
    StandardOutput &operator=(StandardOutput const &) = delete;

private:
    int_type overflow(int_type c) override;
    int sync() override;

    std::array<char, std::size_t{64} << 10> m_buffer;
    std::streambuf *m_before;
};

} // namespace atom
