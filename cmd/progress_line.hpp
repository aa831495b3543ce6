#pragma once
// While it lives, work that takes longer than a second shows on a terminal how far it has come. Its own thread, which takes no signals.

#include "cmd/console.hpp"

#include "engine/base/progress.hpp"

#include <string>
#include <thread>

namespace atom {

class ProgressLine
{
public:
    ProgressLine();
    ~ProgressLine(); // the line is gone
    ProgressLine(ProgressLine const &) = delete;
    ProgressLine &operator=(ProgressLine const &) = delete;

private:
    std::jthread m_thread;
};

/// "orders.csv: rule 3 of 9 (keep): 61 %, 48800 rows, 24400/s, 2 s left"
std::string progress_text(Progress::State const &state, double seconds);

} // namespace atom
