#include "engine/job/subject.hpp"

#include "engine/base/text.hpp"
#include "engine/store/schema.hpp"

#include <fmt/format.h>

namespace atom {

Subject read_subject(TomlTable &top)
{
    Subject s;
    s.pos = top.pos_of("subject");
    s.name = top.required_text("subject");
    s.table = top.required_text("table");
    s.key = top.required_text("key");
    s.find = top.texts("find");
    if (s.find.empty()) {
        s.find = {s.key};
    }
    s.history = top.texts("history");
    s.status = top.text_or("status", s.status);
    top.finish("a subject");
    return s;
}

void check_subject(Database &db, Subject const &s, Faults &faults)
{
    auto const info_of = [&](std::string const &table) {
        auto info = table_info(db, table);
        if (!info && !table.empty()) {
            faults.add(s.pos, unknown_word("table", table, table_names(db)));
        }
        return info;
    };
    auto const need = [&](TableInfo const &table, std::string const &column) {
        if (!column.empty() && !table.has(column)) {
            faults.add(s.pos, unknown_word(fmt::format("column of {}", table.name), column, table.columns));
        }
    };
    if (auto const table = info_of(s.table)) {
        need(*table, s.key);
        for (auto const &f : s.find) {
            need(*table, f);
        }
    }
    for (auto const &h : s.history) {
        if (auto const table = info_of(h)) {
            need(*table, s.key);
            need(*table, "arquivo_id");
        }
    }
}

} // namespace atom
