#include "engine/export/send.hpp"

#include "engine/base/environment.hpp"
#include "engine/base/kill_point.hpp"
#include "engine/base/log.hpp"
#include "engine/base/text.hpp"
#include "engine/export/export.hpp"
#include "engine/export/sent.hpp"
#include "engine/store/ledger.hpp"
#include "engine/store/recording.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace atom {

namespace {

constexpr std::chrono::seconds k_poll_share{20};
constexpr std::int64_t k_first_pause = 30, k_longest_pause = 30 * 60, k_longest_wish = 24 * 60 * 60; // seconds
constexpr int k_unknown_in_a_row = 3; // then the server is left alone for a while

/// One send in one poll.
class SendTurn
{
public:
    SendTurn(SendSetting const &setting, Send const &send, SendSetting::Time end)
        : m_set(setting), m_send(send), m_log(setting.db, send), m_end(end)
    {
        m_result.name = send.name;
        m_pause = m_log.pause();
    }

    SendResult begin();
    SendResult run();

private:
    enum class Next
    {
        go_on,
        stop
    };

    std::vector<SendRow> candidates();
    void drop_gone(std::vector<SendRow> const &now);
    std::optional<SendRow> ask_again(SendRow const &row);
    bool is_held();
    bool may_go_on();
    bool wait_for_slot();
    Next send_one(SendRow const &row, std::int64_t id);
    Next take_answer(SentRow row, HttpReply const &reply);
    Next not_taken(SentRow const &row, HttpReply const &reply, std::string const &why);
    Next close_unknown(SentRow row, std::string const &why);
    void settle(SentRow const &row, SentState state);
    void gone(std::int64_t id);
    void postpone(HttpReply const &reply, std::string const &why);
    void close_unfinished();
    std::string const &sql_for(SentState state) const;
    Parameters parameters(SentRow const &row) const;
    /// False and an error if the pack's SQL fails; a fault of the base is thrown on.
    bool attempt(std::string const &what, std::function<void()> const &work);

    SendSetting const &m_set;
    Send const &m_send;
    SentLog m_log;
    SendSetting::Time m_end, m_slot = {};
    SendResult m_result;
    SentLog::Pause m_pause;
    int m_unknown_in_a_row = 0;
    bool m_begun = false; // `before` is committed
    std::string m_before; // and this is what it changed
};

bool SendTurn::attempt(std::string const &what, std::function<void()> const &work)
{
    try {
        work();
        return true;
    } catch (StoreError const &e) {
        if (is_base_fault(e)) {
            throw;
        }
        m_result.errors.push_back(fmt::format("send {}: {}: {}", m_send.name, what, e.what()));
        return false;
    }
}

std::vector<SendRow> SendTurn::candidates()
{
    std::vector<SendRow> out;
    auto query = m_set.db.prepare_guarded(m_send.query.text, {true, {}, {}});
    query.bind(Parameters{{"agora", m_set.clock.local_text()}});
    while (query.step()) {
        out.push_back(read_send_row(query, m_send));
    }
    Transaction transaction(m_set.db);
    for (auto const &row : out) {
        m_log.remember(row);
    }
    transaction.commit();
    return out;
}

/// What is remembered, and the query gives no more.
void SendTurn::drop_gone(std::vector<SendRow> const &now)
{
    std::set<std::string> given;
    for (auto const &row : now) {
        given.insert(row.key);
    }
    for (auto const &[key, id] : m_log.pending()) {
        if (given.count(key) == 0) {
            gone(id);
        }
    }
}

void SendTurn::gone(std::int64_t id)
{
    bool const done = attempt("on_gone", [&] {
        Transaction transaction(m_set.db);
        m_set.db.run_guarded(m_send.on_gone.text, parameters(m_log.row(id)));
        m_log.forget(id);
        transaction.commit();
    });
    m_result.gone += done ? 1 : 0;
}

std::optional<SendRow> SendTurn::ask_again(SendRow const &row)
{
    Parameters values{{"agora", m_set.clock.local_text()}};
    std::string where;
    for (std::size_t i = 0; i < m_send.key.size(); ++i) {
        auto const name = fmt::format("atom_key_{}", i);
        where += fmt::format("{}{} is :{}", where.empty() ? "" : " and ", sql_name(m_send.key[i]), name);
        values[name] = row.key_values[i];
    }
    auto query = m_set.db.prepare_guarded(fmt::format("select * from ({}) where {}", m_send.query.text, where), {true, {}, {}});
    query.bind(values);
    return query.step() ? std::optional(read_send_row(query, m_send)) : std::nullopt;
}

/// A file that may say who must not be asked any more is not in the base.
bool SendTurn::is_held()
{
    auto const *const x = m_set.workspace.export_named(m_send.held_with);
    auto const holder = x == nullptr ? std::nullopt : Ledger(m_set.db).find_holder(jobs_that_hold(m_set.workspace, *x), x->name);
    if (holder) {
        log_info("send {}: nothing goes out: {} is {}", m_send.name, printable(holder->file), holder->status);
    }
    return holder.has_value();
}

bool SendTurn::may_go_on()
{
    return !m_set.stop.stop_requested() && m_set.tick() < m_end && (!m_send.hours || m_send.hours->allow(m_set.clock.local()));
}

/// Waits as `rate` wants it. False if the poll's time would be over before.
bool SendTurn::wait_for_slot()
{
    auto const now = m_set.tick();
    m_slot = std::max(m_slot, now);
    if (m_slot >= m_end) {
        return false;
    }
    if (m_slot > now) {
        m_set.rest(std::chrono::ceil<std::chrono::microseconds>(m_slot - now));
    }
    m_slot += m_send.spacing;
    return may_go_on();
}

SendResult SendTurn::begin()
{
    attempt("answers", [&] { close_unfinished(); });
    if (m_send.off.empty()) {
        attempt("query", [&] { candidates(); });
    }
    return std::move(m_result);
}

/// Left by a process that died, or by SQL that failed.
void SendTurn::close_unfinished()
{
    for (auto row : m_log.unfinished()) {
        if (row.state == SentState::sending) {
            close_unknown(std::move(row), "o programa foi interrompido durante o envio");
            continue;
        }
        auto const status = std::get_if<std::int64_t>(&row.http);
        settle(row, status != nullptr && *status < 300 ? SentState::success : SentState::failure);
    }
}

SendResult SendTurn::run()
{
    if (!m_send.off.empty()) {
        return std::move(m_result);
    }
    attempt("query", [&] {
        auto const rows = candidates();
        if (m_set.clock.now() < m_pause.not_before || !may_go_on() || is_held()) {
            return;
        }
        drop_gone(rows);
        auto const pending = m_log.pending();
        for (auto const &row : rows) {
            auto const it = pending.find(row.key);
            if (it != pending.end() && (!wait_for_slot() || send_one(row, it->second) == Next::stop)) {
                break;
            }
        }
    });
    m_result.waiting = m_log.pending().size();
    return std::move(m_result);
}

SendTurn::Next SendTurn::send_one(SendRow const &row, std::int64_t id)
{
    auto const now = ask_again(row);
    if (!now) {
        gone(id);
        return Next::go_on;
    }
    SentRow sent;
    sent.id = id;
    sent.values = now->values;
    HttpRequest const request{m_send.url, environment(m_send.token_env).value_or(""), body_text(m_send.body, now->values), m_send.timeout};
    m_begun = false;
    HttpReply reply;
    bool const posted = attempt("before", [&] {
        reply = m_set.post(request, [&] {
            kill_point("send-connected");
            Transaction transaction(m_set.db);
            Recording const recording(m_set.db);
            m_set.db.run_guarded(m_send.before.text, parameters(sent));
            m_before = recording.changes();
            m_log.set_values(id, sent.values);
            m_log.set_state(id, SentState::sending, m_set.clock.local_text());
            transaction.commit();
            m_begun = true;
            kill_point("send-begun");
        });
    });
    return posted ? take_answer(std::move(sent), reply) : Next::stop;
}

SendTurn::Next SendTurn::take_answer(SentRow row, HttpReply const &reply)
{
    kill_point("send-answered");
    if (reply.fate == HttpReply::Fate::not_sent) {
        return not_taken(row, reply, reply.text);
    }
    if (reply.fate == HttpReply::Fate::unknown) {
        return close_unknown(std::move(row), fmt::format("sem resposta: {}", reply.text));
    }
    if (reply.status == 429 || reply.status == 503) {
        return not_taken(row, reply, fmt::format("it answers {}", reply.status));
    }
    row.http = std::int64_t{reply.status};
    row.answer = reply.body;
    if (reply.status >= 500) { // it may have taken the request before it broke
        return close_unknown(std::move(row), reply.body);
    }
    m_unknown_in_a_row = 0;
    bool const taken = reply.status < 300;
    settle(row, taken ? SentState::success : SentState::failure);
    (taken ? m_result.sent : m_result.refused) += 1;
    if (reply.status == 401) { // no request would do better
        postpone(reply, "it answers 401: the token is refused");
        return Next::stop;
    }
    if (m_pause.failures > 0) {
        m_pause = {};
        m_log.set_pause(m_pause, "");
    }
    return m_result.errors.empty() ? Next::go_on : Next::stop;
}

/// The server has not taken it: it is as if `before` had not run, and all of the send comes later.
SendTurn::Next SendTurn::not_taken(SentRow const &row, HttpReply const &reply, std::string const &why)
{
    bool back = true;
    if (m_begun) {
        Transaction transaction(m_set.db);
        back = take_back(m_set.db, m_before);
        if (back) {
            m_log.set_state(row.id, SentState::pending, m_set.clock.local_text());
        }
        transaction.commit();
    }
    if (!back) {
        close_unknown(row, why);
    }
    postpone(reply, why);
    return Next::stop;
}

SendTurn::Next SendTurn::close_unknown(SentRow row, std::string const &why)
{
    row.answer = why;
    settle(row, SentState::unknown);
    m_result.unknown += 1;
    if (++m_unknown_in_a_row < k_unknown_in_a_row) {
        return m_result.errors.empty() ? Next::go_on : Next::stop;
    }
    postpone({}, fmt::format("{} requests in a row without an answer", m_unknown_in_a_row));
    return Next::stop;
}

/// The pack's SQL for what became of it, and its state, together. If the SQL fails the answer is kept, and the next poll tries it again.
void SendTurn::settle(SentRow const &row, SentState state)
{
    auto const at = m_set.clock.local_text();
    bool const done = attempt(state == SentState::success   ? "on_success"
                              : state == SentState::failure ? "on_failure"
                                                            : "on_unknown",
                              [&] {
                                  Transaction transaction(m_set.db);
                                  m_set.db.run_guarded(sql_for(state), parameters(row));
                                  m_log.close(row, state, at);
                                  transaction.commit();
                              });
    if (!done && state != SentState::unknown) {
        Transaction transaction(m_set.db);
        m_log.close(row, SentState::answered, at);
        transaction.commit();
    }
    kill_point("send-settled");
}

/// Nothing more of this send goes out for a while: as long as the server says, else twice as long each time.
void SendTurn::postpone(HttpReply const &reply, std::string const &why)
{
    auto const now = m_set.clock.now();
    auto const doubled = k_first_pause << std::min<std::int64_t>(m_pause.failures, 10);
    auto wait = std::min(doubled, k_longest_pause);
    if (reply.retry_after) {
        wait = std::clamp<std::int64_t>(*reply.retry_after, 1, k_longest_wish);
    } else if (reply.retry_at) {
        wait = std::clamp<std::int64_t>(*reply.retry_at - now, 1, k_longest_wish);
    }
    m_pause = {m_pause.failures + 1, now + wait};
    m_log.set_pause(m_pause, why);
    log_warning("send {}: {}; it goes on in {} s", m_send.name, why, wait);
}

std::string const &SendTurn::sql_for(SentState state) const
{
    return state == SentState::success   ? m_send.on_success.text
           : state == SentState::failure ? m_send.on_failure.text
                                         : m_send.on_unknown.text;
}

Parameters SendTurn::parameters(SentRow const &row) const
{
    auto out = row.values;
    out["http"] = row.http;
    out["resposta"] = row.answer;
    out["agora"] = m_set.clock.local_text();
    return out;
}

SendSetting with_defaults(SendSetting setting)
{
    if (!setting.post) {
        setting.post = [stop = setting.stop](HttpRequest const &request, std::function<void()> const &before_writing) {
            return HttpClient(stop).post(request, before_writing);
        };
    }
    if (!setting.tick) {
        setting.tick = [] { return std::chrono::steady_clock::now(); };
    }
    if (!setting.rest) {
        setting.rest = [stop = setting.stop](std::chrono::microseconds time) { rest(time, stop); };
    }
    return setting;
}

} // namespace

std::vector<SendResult> begin_sends(SendSetting const &setting)
{
    auto const set = with_defaults(setting);
    std::vector<SendResult> out;
    for (auto const &send : set.workspace.sends) {
        out.push_back(SendTurn(set, send, set.tick()).begin());
    }
    return out;
}

std::vector<SendResult> run_sends(SendSetting const &setting)
{
    auto const set = with_defaults(setting);
    std::vector<SendResult> out;
    auto const end = set.tick() + k_poll_share;
    for (auto const &send : set.workspace.sends) {
        out.push_back(SendTurn(set, send, end).run());
    }
    return out;
}

} // namespace atom
