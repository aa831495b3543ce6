#include "engine/job/read_sql.hpp"

#include "engine/base/file.hpp"
#include "engine/base/text.hpp"

#include <fmt/format.h>

namespace atom {

std::shared_ptr<Layout const> layout_named(TomlTable &t, std::string const &key, std::string const &name, Layouts const &layouts)
{
    auto const it = layouts.find(name);
    if (it != layouts.end()) {
        return it->second;
    }
    std::vector<std::string> names;
    for (auto const &[known, layout] : layouts) {
        names.push_back(known);
    }
    t.fault(key, unknown_word("layout", name, names));
    return nullptr;
}

std::string name_of(TomlTable &t, std::string const &key)
{
    auto const name = t.required_text(key);
    auto const good = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-' || c == '.'; };
    if (!std::all_of(name.begin(), name.end(), good)) {
        t.fault(key, fmt::format("\"{}\" cannot be a name; allowed: letters, digits, _ - .", name));
    }
    return name;
}

/// SQL as it goes into a larger statement: without the semicolon that files end with; a comment at its end must not swallow what follows.
std::string embedded(std::string sql)
{
    while (!sql.empty() && std::string_view(" \t\r\n;").find(sql.back()) != std::string_view::npos) {
        sql.pop_back();
    }
    return sql.find("--") == std::string::npos ? sql : sql + "\n";
}

/// `key = "SQL"` or `key_file = "path"`, relative to the jobs folder.
std::string sql_or_file(TomlTable &t, std::string const &key, std::filesystem::path const &folder, SourcePos &pos)
{
    auto const file = t.text(key + "_file");
    auto const text = t.text(key);
    pos = t.pos_of(file ? key + "_file" : key);
    if (file.has_value() == text.has_value()) {
        t.faults().add(t.pos(), fmt::format("either {0} or {0}_file is needed", key));
        return {};
    }
    if (text) {
        return *text;
    }
    try {
        return read_file(folder / *file);
    } catch (FileError const &e) {
        t.fault(key + "_file", e.what());
        return {};
    }
}

} // namespace atom
