#include "engine/store/functions.hpp"

#include "engine/base/calendar.hpp"
#include "engine/base/decimal.hpp"
#include "engine/base/document.hpp"
#include "engine/base/error.hpp"
#include "engine/base/phone.hpp"
#include "engine/base/text.hpp"
#include "engine/store/callback.hpp"

#include <sqlite3.h>

#include <optional>
#include <string_view>

namespace atom {

namespace {

std::optional<std::string_view> text_of(sqlite3_value *v)
{
    auto const *const text = reinterpret_cast<char const *>(sqlite3_value_text(v));
    return text == nullptr ? std::nullopt : std::optional(std::string_view(text, static_cast<std::size_t>(sqlite3_value_bytes(v))));
}

void give(sqlite3_context *context, std::string_view s)
{
    sqlite3_result_text64(context, s.data(), s.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
}

std::optional<Day> day_of_value(sqlite3_value *v)
{
    auto const s = text_of(v);
    return s ? parse_iso_day(*s) : std::nullopt;
}

void dias(sqlite3_context *context, int, sqlite3_value **args)
{
    auto const a = day_of_value(args[0]);
    auto const b = day_of_value(args[1]);
    if (a && b) {
        sqlite3_result_int64(context, *b - *a);
    }
}

void dias_uteis(sqlite3_context *context, int, sqlite3_value **args)
{
    auto const a = day_of_value(args[0]);
    auto const b = day_of_value(args[1]);
    if (a && b) {
        sqlite3_result_int64(context, business_days_between(*a, *b));
    }
}

void documento(sqlite3_context *context, int, sqlite3_value **args)
{
    if (auto const s = text_of(args[0])) {
        if (auto const d = parse_document(*s); d.value) {
            give(context, *d.value);
        }
    }
}

void fone(sqlite3_context *context, int, sqlite3_value **args)
{
    if (auto const s = text_of(args[0])) {
        if (auto const p = parse_phone(*s)) {
            give(context, p->number);
        }
    }
}

void ddd(sqlite3_context *context, int, sqlite3_value **args)
{
    if (auto const s = text_of(args[0])) {
        if (auto const p = parse_phone(*s)) {
            give(context, p->area);
        }
    }
}

void digitos(sqlite3_context *context, int, sqlite3_value **args)
{
    if (auto const s = text_of(args[0])) {
        give(context, digits_of(*s));
    }
}

void sem_acento(sqlite3_context *context, int, sqlite3_value **args)
{
    if (auto const s = text_of(args[0])) {
        give(context, without_accents(*s));
    }
}

void mascara(sqlite3_context *context, int, sqlite3_value **args)
{
    if (auto const s = text_of(args[0])) {
        give(context, masked(*s));
    }
}

void decimal(sqlite3_context *context, int, sqlite3_value **args)
{
    auto const s = text_of(args[0]);
    auto const scale = sqlite3_value_int(args[1]);
    if (!s || scale < 0 || scale > k_max_scale) {
        return;
    }
    if (auto const d = parse_decimal(trim(*s), scale, ',')) {
        sqlite3_result_int64(context, *d);
    }
}

void decimal_texto(sqlite3_context *context, int, sqlite3_value **args)
{
    auto const scale = sqlite3_value_int(args[1]);
    if (sqlite3_value_type(args[0]) == SQLITE_NULL || scale < 0 || scale > k_max_scale) {
        return;
    }
    give(context, format_decimal(sqlite3_value_int64(args[0]), scale, ','));
}

/// A JSON number with its decimals: json_object() takes it as such, by the subtype that SQLite's JSON functions know.
void decimal_json(sqlite3_context *context, int, sqlite3_value **args)
{
    constexpr unsigned k_json = 'J';
    auto const scale = sqlite3_value_int(args[1]);
    if (sqlite3_value_type(args[0]) == SQLITE_NULL || scale < 0 || scale > k_max_scale) {
        return;
    }
    give(context, format_decimal(sqlite3_value_int64(args[0]), scale, '.'));
    sqlite3_result_subtype(context, k_json);
}

/// lugar(i, a, b, …): the place of the i-th of these among the different ones, null aside; null if it stands there before.
void lugar(sqlite3_context *context, int count, sqlite3_value **args)
{
    if (count == 0) {
        sqlite3_result_error(context, "lugar() needs the number of a value, then the values: lugar(2, 'a', 'b')", -1);
        return;
    }
    auto const i = sqlite3_value_int64(args[0]);
    std::int64_t places = 0;
    bool is_new = false;
    for (int k = 1; k <= i && k < count; ++k) {
        auto const text = text_of(args[k]);
        is_new = text && std::none_of(args + 1, args + k, [&](sqlite3_value *before) { return text_of(before) == text; });
        places += is_new ? 1 : 0;
    }
    if (is_new && i < count) {
        sqlite3_result_int64(context, places);
    }
}

void regra(sqlite3_context *context, int, sqlite3_value **)
{
    give(context, *static_cast<std::string const *>(sqlite3_user_data(context)));
}

/// As SQLite may call it.
template <void (*function)(sqlite3_context *, int, sqlite3_value **)> void call(sqlite3_context *context, int count, sqlite3_value **args)
{
    int const rc = guarded([&] {
        function(context, count, args);
        return SQLITE_OK;
    });
    if (rc != SQLITE_OK) {
        sqlite3_result_error_code(context, rc);
    }
}

} // namespace

void register_functions(sqlite3 *db, std::string const &rule)
{
    struct Entry
    {
        char const *name;
        int args;
        void (*function)(sqlite3_context *, int, sqlite3_value **);
        bool pure;
    };
    Entry const entries[] = {
        {"dias", 2, call<dias>, true},
        {"dias_uteis", 2, call<dias_uteis>, true},
        {"documento", 1, call<documento>, true},
        {"fone", 1, call<fone>, true},
        {"ddd", 1, call<ddd>, true},
        {"digitos", 1, call<digitos>, true},
        {"sem_acento", 1, call<sem_acento>, true},
        {"mascara", 1, call<mascara>, true},
        {"decimal", 2, call<decimal>, true},
        {"decimal_texto", 2, call<decimal_texto>, true},
        {"decimal_json", 2, call<decimal_json>, true},
        {"lugar", -1, call<lugar>, true},
        {"regra", 0, call<regra>, false},
    };
    for (auto const &e : entries) {
        int const flags = SQLITE_UTF8 | SQLITE_INNOCUOUS | (e.pure ? SQLITE_DETERMINISTIC : 0);
        int const rc =
            sqlite3_create_function_v2(db, e.name, e.args, flags, const_cast<std::string *>(&rule), e.function, nullptr, nullptr, nullptr);
        if (rc != SQLITE_OK) {
            throw StoreError(rc, sqlite3_errmsg(db), e.name);
        }
    }
}

} // namespace atom
