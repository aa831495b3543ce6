#include "engine/job/take.hpp"

#include "engine/base/json.hpp"
#include "engine/base/text.hpp"

#include <fmt/format.h>

#include <stdexcept>

namespace atom {

std::string take_name(std::string const &table) { return "online:" + table; }

std::shared_ptr<Layout const> take_layout(Database &base, std::string const &table)
{
    auto layout = std::make_shared<Layout>();
    layout->name = take_name(table);
    layout->format = Format::json;
    layout->encoding = Encoding::utf8;
    Record record;
    bool has_id = false;
    auto s = base.prepare("select name, type from pragma_table_info(?1, 'online')");
    s.bind(1, table);
    while (s.step()) {
        Field f;
        f.name = s.text(0);
        f.path = {f.name};
        f.type = to_lower(s.view(1)).find("int") != std::string::npos ? FieldType::integer : FieldType::text;
        has_id = has_id || f.name == "id";
        if (f.name != "linha" && f.name != "ordem") { // the relation's own
            record.fields.push_back(std::move(f));
        }
    }
    if (!has_id) {
        throw std::invalid_argument(fmt::format("take = \"{}\" is no table of the online base with a column id", table));
    }
    layout->records.push_back(std::move(record));
    return layout;
}

namespace {

std::string document_of(Statement const &row)
{
    JsonObject o;
    for (int i = 0; i < row.columns(); ++i) {
        if (row.is_text(i)) {
            o.add(row.column_name(i), row.view(i));
        } else if (!row.is_null(i)) {
            o.add_raw(row.column_name(i), row.view(i));
        }
    }
    return o.text();
}

} // namespace

bool has_rows_to_take(Database &base, std::string const &table, std::int64_t last_id)
{
    auto s = base.prepare(fmt::format("select 1 from online.{} where id > ?1 limit 1", sql_name(table)));
    return s.bind(1, last_id).step();
}

Taken take_rows(Database &base, std::string const &table, std::int64_t last_id, std::int64_t most)
{
    Taken out;
    out.last_id = last_id;
    auto const layout = take_layout(base, table);
    auto s = base.prepare(fmt::format("select * from online.{} where id > ?1 order by id limit ?2", sql_name(table)));
    s.bind(1, last_id).bind(2, most);
    int id = 0;
    while (s.column_name(id) != "id") {
        ++id;
    }
    std::string bytes;
    std::int64_t first = 0;
    while (s.step()) {
        auto const now = s.integer(id);
        first = first == 0 ? now : first;
        if (now - out.last_id > most && now != first) {
            break; // a gap that would be as many empty lines; the next time begins behind it
        }
        bytes.append(now == first ? 0 : static_cast<std::size_t>(now - out.last_id), '\n');
        bytes += document_of(s);
        out.last_id = now;
    }
    if (!bytes.empty()) {
        out.input = std::unique_ptr<Input>(new Input(Input::of_json_lines(std::move(bytes), layout, static_cast<std::uint64_t>(first))));
    }
    return out;
}

namespace {

std::string key_of(std::string const &job) { return "take:" + job; }

} // namespace

std::int64_t last_taken(Database &base, std::string const &job)
{
    auto s = base.prepare("select last_id from atom_taken where name = ?1");
    return s.bind(1, key_of(job)).step() ? s.integer(0) : 0;
}

void note_last_taken(Database &base, std::string const &job, std::int64_t last_id)
{
    base.prepare("insert into atom_taken(name, last_id) values(?1, ?2) on conflict do update set last_id = excluded.last_id")
        .bind(1, key_of(job))
        .bind(2, last_id)
        .run();
}

} // namespace atom
