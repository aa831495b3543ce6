#include "engine/export/sent.hpp"

#include "engine/base/json.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>

namespace atom {

namespace {

constexpr std::array<char const *, 6> k_states = {"pending", "sending", "answered", "success", "failure", "unknown"};

char const *name_of(SentState state) { return k_states.at(static_cast<std::size_t>(state)); }

SentState state_named(std::string_view name)
{
    auto const it = std::find(k_states.begin(), k_states.end(), name);
    return it == k_states.end() ? SentState::unknown : static_cast<SentState>(it - k_states.begin());
}

std::string json_of(SqlValue const &value)
{
    if (auto const *const n = std::get_if<std::int64_t>(&value)) {
        return std::to_string(*n);
    }
    if (auto const *const x = std::get_if<double>(&value)) {
        return std::isfinite(*x) ? fmt::format("{}", *x) : "null";
    }
    auto const *const text = std::get_if<std::string>(&value);
    return text != nullptr ? json_quoted(*text) : "null";
}

std::string json_of(Parameters const &values)
{
    JsonObject out;
    for (auto const &[name, value] : values) {
        out.add_raw(name, json_of(value));
    }
    return out.text();
}

} // namespace

SendRow read_send_row(Statement const &row, Send const &send)
{
    SendRow out;
    for (int i = 0; i < row.columns(); ++i) {
        out.values[row.column_name(i)] = row.value(i);
    }
    for (auto const &column : send.key) {
        out.key_values.push_back(out.values[column]);
        out.key += (out.key.empty() ? "[" : ",") + json_of(out.key_values.back());
    }
    out.key += "]";
    return out;
}

void SentLog::remember(SendRow const &row)
{
    auto s = m_db.prepare("insert into atom_sent(send, key, state, row) values (?1, ?2, 'pending', ?3) on conflict do nothing");
    s.bind(1, m_send).bind(2, row.key).bind(3, json_of(row.values)).run();
}

std::map<std::string, std::int64_t> SentLog::pending()
{
    std::map<std::string, std::int64_t> out;
    auto s = m_db.prepare("select key, id from atom_sent where send = ?1 and state = 'pending'");
    s.bind(1, m_send);
    while (s.step()) {
        out[s.text(0)] = s.integer(1);
    }
    return out;
}

std::vector<SentRow> SentLog::unfinished()
{
    std::vector<std::int64_t> ids;
    auto s = m_db.prepare("select id from atom_sent where send = ?1 and state in ('sending', 'answered') order by id");
    s.bind(1, m_send);
    while (s.step()) {
        ids.push_back(s.integer(0));
    }
    std::vector<SentRow> out;
    for (auto const id : ids) {
        out.push_back(row(id));
    }
    return out;
}

SentRow SentLog::row(std::int64_t id)
{
    SentRow out;
    out.id = id;
    auto s = m_db.prepare("select state, http, answer from atom_sent where id = ?1");
    if (s.bind(1, id).step()) {
        out.state = state_named(s.view(0));
        out.http = s.value(1);
        out.answer = s.value(2);
    }
    auto columns = m_db.prepare("select j.key, j.value from atom_sent s, json_each(s.row) j where s.id = ?1");
    columns.bind(1, id);
    while (columns.step()) {
        out.values[columns.text(0)] = columns.value(1);
    }
    return out;
}

void SentLog::set_values(std::int64_t id, Parameters const &values)
{
    m_db.prepare("update atom_sent set row = ?2 where id = ?1").bind(1, id).bind(2, json_of(values)).run();
}

void SentLog::set_state(std::int64_t id, SentState state, std::string const &at)
{
    m_db.prepare("update atom_sent set state = ?2, at = ?3 where id = ?1").bind(1, id).bind(2, name_of(state)).bind(3, at).run();
}

void SentLog::close(SentRow const &row, SentState state, std::string const &at)
{
    bool const over = state != SentState::answered;
    auto s = m_db.prepare("update atom_sent set state = ?2, at = ?3, row = ?4, http = ?5, answer = ?6 where id = ?1");
    s.bind(1, row.id).bind(2, name_of(state)).bind(3, at).bind(4, over ? "{}" : json_of(row.values));
    s.bind(5, row.http).bind(6, over ? SqlValue{} : row.answer).run();
}

void SentLog::forget(std::int64_t id) { m_db.prepare("delete from atom_sent where id = ?1").bind(1, id).run(); }

SentLog::Pause SentLog::pause()
{
    auto s = m_db.prepare("select failures, not_before from atom_send where send = ?1");
    return s.bind(1, m_send).step() ? Pause{s.integer(0), s.integer(1)} : Pause{};
}

void SentLog::set_pause(Pause const &pause, std::string const &why)
{
    auto s =
        m_db.prepare("insert into atom_send(send, failures, not_before, why) values (?1, ?2, ?3, ?4) "
                     "on conflict (send) do update set failures = excluded.failures, not_before = excluded.not_before, why = excluded.why");
    s.bind(1, m_send).bind(2, pause.failures).bind(3, pause.not_before).bind(4, why).run();
}

std::string body_text(BodyPart const &part, Parameters const &values)
{
    switch (part.kind) {
    case BodyPart::Kind::constant: return part.text;
    case BodyPart::Kind::column: {
        auto const it = values.find(part.text);
        return it == values.end() ? "null" : json_of(it->second);
    }
    case BodyPart::Kind::list: {
        std::string out;
        for (auto const &item : part.parts) {
            out += (out.empty() ? "" : ",") + body_text(item, values);
        }
        return "[" + out + "]";
    }
    case BodyPart::Kind::object: break;
    }
    JsonObject out;
    for (auto const &item : part.parts) {
        out.add_raw(item.name, body_text(item, values));
    }
    return out.text();
}

} // namespace atom
