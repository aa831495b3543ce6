#pragma once
// What a layout makes of a file's bytes, line by line, as text.

#include "engine/layout/check.hpp"
#include "engine/layout/relation.hpp"
#include "layout_of.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <string>
#include <vector>

using Lines = std::vector<std::string>;

/// What came of a file: "linha@byte a|n" for each good line, "linha@byte:coluna campo CODE" for each fault, the code of a refusal.
inline Lines outcome(std::string const &toml, std::string const &bytes, unsigned threads = 1)
{
    using namespace atom;
    Lines out;
    try {
        auto input = Input::of_bytes(bytes, layout_of(toml));
        auto const checked = check(input, threads);
        for (auto const &f : checked.faults) {
            auto const r = input.describe(f);
            out.push_back(fmt::format("{}@{}:{} {} {}{}", r.linha, r.byte, r.coluna, r.campo, r.codigo, r.warning ? " warning" : ""));
        }
        std::uint64_t good = 0;
        for (int const record : input.layout().detail_records()) {
            Relation const relation(input, record);
            RelationCursor cursor(relation);
            while (cursor.next()) {
                ++good;
                std::string line = fmt::format("{}@{}", cursor.row().linha, cursor.row().offset), scratch;
                for (std::size_t i = 0; i + 1 < relation.columns().size(); ++i) { // all but linha
                    auto const v = cursor.value(static_cast<int>(i), scratch);
                    line += (i == 0 ? " " : "|") + (v.none()                      ? "-"
                                                    : v.kind == Value::Kind::text ? std::string(v.text)
                                                                                  : std::to_string(v.integer));
                }
                out.push_back(line);
            }
        }
        CHECK(checked.read == good + checked.rejected);
        if (checked.refused) {
            out.push_back(checked.refused->code());
        }
    } catch (FileRefused const &e) {
        out.push_back(e.code());
    }
    return out;
}
