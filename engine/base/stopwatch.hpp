#pragma once
// How long something took, for the log: real time, whatever the program's clock says.

#include <chrono>

namespace atom {

class Stopwatch
{
public:
    double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - m_began).count(); }

private:
    std::chrono::steady_clock::time_point m_began = std::chrono::steady_clock::now();
};

} // namespace atom
