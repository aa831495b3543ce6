#include "cmd/standard_output.hpp"

#include "engine/base/error.hpp"

#include <cerrno>
#include <iostream>

#include <unistd.h>

namespace atom {

StandardOutput::StandardOutput() : m_before(std::cout.rdbuf(this))
{
    setp(m_buffer.data(), m_buffer.data() + m_buffer.size());
    std::cout.exceptions(std::ios_base::badbit); // what sync() throws comes out of the stream
    std::cerr.tie(nullptr);                      // a fault of standard output can be told
}

StandardOutput::~StandardOutput()
{
    std::cout.exceptions(std::ios_base::goodbit);
    std::cout.rdbuf(m_before);
}

StandardOutput::int_type StandardOutput::overflow(int_type c)
{
    sync();
    if (!traits_type::eq_int_type(c, traits_type::eof())) {
        *pptr() = traits_type::to_char_type(c);
        pbump(1);
    }
    return traits_type::not_eof(c);
}

int StandardOutput::sync()
{
    char const *from = pbase();
    char const *const end = pptr();
    setp(m_buffer.data(), m_buffer.data() + m_buffer.size());
    while (from < end) {
        auto const n = ::write(STDOUT_FILENO, from, static_cast<std::size_t>(end - from));
        if (n < 0 && errno != EINTR) {
            throw FileError("write", "standard output", errno);
        }
        from += n > 0 ? n : 0;
    }
    return 0;
}

} // namespace atom
