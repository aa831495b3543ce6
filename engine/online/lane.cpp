#include "engine/online/lane.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>

namespace atom {

void Lane::submit(std::string const &name, std::function<void()> work)
{
    m_waiting.push_back({name, std::move(work)});
    begin();
}

void Lane::thread_freed()
{
    ++m_free;
    begin();
}

void Lane::name_freed(std::string const &name)
{
    if (auto const it = m_turns.find(name); it != m_turns.end() && --it->second == 0) {
        m_turns.erase(it);
    }
    begin();
}

bool Lane::has_turn(std::string const &name) const
{
    auto const it = m_turns.find(name);
    return m_of_one_name == 0 || it == m_turns.end() || it->second < m_of_one_name;
}

void Lane::begin()
{
    while (m_free > 0) {
        auto const next = std::find_if(m_waiting.begin(), m_waiting.end(), [&](Waiting const &w) { return has_turn(w.name); });
        if (next == m_waiting.end()) {
            return;
        }
        --m_free;
        if (m_of_one_name > 0) {
            ++m_turns[next->name];
        }
        auto work = std::move(next->work);
        m_waiting.erase(next);
        boost::asio::post(m_pool, std::move(work));
    }
}

} // namespace atom
