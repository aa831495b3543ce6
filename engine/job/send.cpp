#include "engine/job/send.hpp"

#include "engine/base/calendar.hpp"
#include "engine/base/decimal.hpp"
#include "engine/base/environment.hpp"
#include "engine/base/json.hpp"
#include "engine/base/text.hpp"
#include "engine/job/read_sql.hpp"

#include <fmt/format.h>

namespace atom {

namespace {

int minutes_of(Civil const &c) noexcept { return c.hour * 60 + c.minute; }

bool holds(std::optional<SendHours::Span> const &span, int minutes) noexcept { return span && span->from <= minutes && minutes < span->to; }

/// "08:00-20:00"
std::optional<SendHours::Span> read_span(TomlTable &t, std::string const &key)
{
    auto const text = t.text(key);
    if (!text) {
        return std::nullopt;
    }
    bool const shaped = text->size() == 11 && (*text)[5] == '-';
    auto const from = shaped ? parse_iso(text->substr(0, 5) + ":00", DateKind::time) : std::nullopt;
    auto const to = shaped ? parse_iso(text->substr(6) + ":00", DateKind::time) : std::nullopt;
    if (!from || !to || minutes_of(*from) >= minutes_of(*to)) {
        t.fault(key, fmt::format("\"{}\" is no span of time; write it as \"08:00-20:00\", the earlier first", *text));
        return std::nullopt;
    }
    return SendHours::Span{minutes_of(*from), minutes_of(*to)};
}

std::optional<SendHours> read_hours(TomlTable &top)
{
    auto table = top.table("hours");
    if (!table) {
        return std::nullopt;
    }
    SendHours hours{read_span(*table, "weekdays"), read_span(*table, "saturday")};
    table->finish("hours");
    return hours;
}

/// "20/s" or "600/min", as the time from one to the next.
std::chrono::microseconds read_rate(TomlTable &top)
{
    auto const text = top.text("rate");
    if (!text) {
        return {};
    }
    auto const slash = text->find('/');
    auto const unit = slash == std::string::npos ? "" : text->substr(slash + 1);
    auto const number = parse_integer(text->substr(0, slash)).value_or(0);
    if (number < 1 || number > 1000 || (unit != "s" && unit != "min")) {
        top.fault("rate", fmt::format("\"{}\" is no rate; write it as \"20/s\" or \"600/min\", 1 to 1000", *text));
        return {};
    }
    return std::chrono::microseconds((unit == "s" ? 1'000'000 : 60'000'000) / number);
}

/// "10s"
std::chrono::seconds read_timeout(TomlTable &top, std::chrono::seconds usual)
{
    auto const text = top.text("timeout");
    if (!text) {
        return usual;
    }
    auto const digits = std::string_view(*text).substr(0, text->empty() ? 0 : text->size() - 1);
    auto const seconds = is_digits(digits) && text->back() == 's' ? parse_integer(digits).value_or(0) : 0;
    if (seconds < 1 || seconds > 60) {
        top.fault("timeout", fmt::format("\"{}\" is no time to wait for an answer; allowed: \"1s\" to \"60s\"", *text));
        return usual;
    }
    return std::chrono::seconds(seconds);
}

BodyPart read_body(TomlValue const &value, Faults &faults)
{
    BodyPart part;
    part.pos = value.pos;
    part.text = value.text;
    switch (value.kind) {
    case TomlValue::Kind::text: part.kind = BodyPart::Kind::column; break;
    case TomlValue::Kind::boolean: part.text = value.boolean ? "true" : "false"; break;
    case TomlValue::Kind::array:
        part.kind = BodyPart::Kind::list;
        for (auto const &item : value.items) {
            part.parts.push_back(read_body(item, faults));
        }
        break;
    case TomlValue::Kind::table:
        part.kind = BodyPart::Kind::object;
        for (auto const &entry : value.entries) {
            part.parts.push_back(read_body(entry.value, faults));
            part.parts.back().name = entry.key;
        }
        break;
    case TomlValue::Kind::integer: break;
    case TomlValue::Kind::real:
        if (part.text.find_first_not_of("0123456789.e+-") != std::string::npos) { // inf, nan
            faults.add(value.pos, "this number is nothing that a request can hold");
        }
        break;
    case TomlValue::Kind::other:
        faults.add(value.pos, "a date is nothing that a request can hold; write a text that names a column");
        break;
    }
    return part;
}

SendSql read_optional_sql(TomlTable &top, std::string const &key, std::filesystem::path const &folder)
{
    SendSql sql;
    if (top.has(key) || top.has(key + "_file")) {
        sql.text = sql_or_file(top, key, folder, sql.pos);
    }
    return sql;
}

void read_url(TomlTable &top, Send &send)
{
    auto const text = top.required_text("url");
    std::string unset;
    send.url = with_environment(text, unset);
    if (!unset.empty()) {
        send.off = fmt::format("the environment has no {}", unset);
    } else if (!text.empty() && send.url.compare(0, 7, "http://") != 0 && send.url.compare(0, 8, "https://") != 0) {
        top.fault("url", "a send's address is http:// or https://"); // not quoted: it may come from the environment
    }
}

} // namespace

bool SendHours::allow(Civil const &now) const noexcept
{
    constexpr int k_sunday = 0, k_saturday = 6;
    auto const today = day_of(now);
    auto const day = weekday(today);
    if (day == k_sunday || is_bank_holiday(today)) {
        return false;
    }
    return holds(day == k_saturday ? saturday : weekdays, minutes_of(now));
}

Send read_send(TomlTable &top, std::filesystem::path const &folder)
{
    Send send;
    send.pos = top.pos_of("send");
    send.name = name_of(top, "send");
    read_url(top, send);
    send.token_env = top.text_or("token_env", "");
    send.insecure = top.flag("insecure");
    if (send.off.empty() && !send.token_env.empty() && !environment(send.token_env)) {
        send.off = fmt::format("the environment has no {}", send.token_env);
    }
    send.query.text = embedded(sql_or_file(top, "query", folder, send.query.pos));
    send.key = top.texts("key");
    if (send.key.empty()) {
        top.fault("key", "key is missing; it must be a list of columns of the query");
    }
    if (auto const *const body = top.value("body"); body != nullptr && body->kind == TomlValue::Kind::table) {
        send.body = read_body(*body, top.faults());
    } else {
        top.fault("body", "body is missing; it must be a table: texts name columns of the query, other values stand for themselves");
    }
    send.spacing = read_rate(top);
    send.timeout = read_timeout(top, send.timeout);
    send.hours = read_hours(top);
    send.held_with = top.text_or("held_with", "");
    send.before = read_optional_sql(top, "before", folder);
    send.on_success = read_optional_sql(top, "on_success", folder);
    send.on_failure = read_optional_sql(top, "on_failure", folder);
    send.on_unknown = read_optional_sql(top, "on_unknown", folder);
    send.on_gone = read_optional_sql(top, "on_gone", folder);
    send.doctor = read_optional_sql(top, "doctor", folder);
    top.finish("a send");
    return send;
}

} // namespace atom
