#include "engine/layout/read_controls.hpp"

#include "engine/base/text.hpp"
#include "engine/layout/read_field.hpp"

#include <fmt/format.h>

namespace atom {

namespace {

std::vector<std::string> names_of(auto const &list)
{
    std::vector<std::string> out;
    for (auto const &x : list) {
        out.push_back(x.name);
    }
    return out;
}

/// The record that this key names; -1 after a fault.
int record_named(TomlTable &t, Layout const &layout, std::string const &key, std::string const &name)
{
    int const i = layout.record_index(name);
    if (i < 0) {
        t.fault(key, unknown_word("record", name, names_of(layout.records)));
    }
    return i;
}

/// A number's field in a record; -1 after a fault.
int field_named(TomlTable &t, Layout const &layout, std::string const &key, int record, std::string const &name)
{
    if (record < 0) {
        return -1;
    }
    auto const &r = layout.records[static_cast<std::size_t>(record)];
    int const i = r.field_index(name);
    if (i < 0) {
        t.fault(key, unknown_word(fmt::format("field of record {}", r.name), name, names_of(r.fields)));
    } else if (auto const type = r.fields[static_cast<std::size_t>(i)].type; type != FieldType::integer && type != FieldType::decimal) {
        t.fault(key, fmt::format("field \"{}\" must be an integer or a decimal", name));
    }
    return i;
}

/// A line says by its record alone whether it begins a lot, ends one, or does neither.
void check_ends(TomlTable &t, Layout const &layout, Lot const &lot)
{
    if (lot.begins == lot.ends && lot.begins >= 0) {
        t.fault("ends", "a lot begins and ends with two kinds of record");
    }
    for (auto const &other : layout.lots) {
        if (other.name == lot.name) {
            t.fault("name", fmt::format("lot \"{}\" stands twice", lot.name));
        }
        if (lot.begins >= 0 && (other.begins == lot.begins || other.ends == lot.begins)) {
            t.fault("begins", fmt::format("this record begins or ends lot {} already", other.name));
        }
        if (lot.ends >= 0 && other.begins == lot.ends) {
            t.fault("ends", fmt::format("this record begins lot {}", other.name));
        }
    }
}

void read_lot(TomlTable &t, Layout &layout)
{
    Lot lot;
    lot.name = identifier(t, "name");
    lot.begins = record_named(t, layout, "begins", t.required_text("begins"));
    lot.ends = record_named(t, layout, "ends", t.required_text("ends"));
    check_ends(t, layout, lot);
    t.finish("[[lot]]");
    layout.lots.push_back(std::move(lot));
}

/// What is compared must be in the same units.
void check_scales(Control const &c, Layout const &layout, TomlTable &t)
{
    if (c.record < 0 || c.field < 0) {
        return;
    }
    auto const scale_of = [&](int record, int field) {
        return layout.records[static_cast<std::size_t>(record)].fields[static_cast<std::size_t>(field)].scale;
    };
    int const wanted = c.kind != Control::Kind::sum ? 0 : c.of_record < 0 || c.of_field < 0 ? -1 : scale_of(c.of_record, c.of_field);
    if (int const scale = scale_of(c.record, c.field); wanted >= 0 && scale != wanted) {
        t.fault("equals", fmt::format("{} has scale {}, but the field that it is held against has {}", c.text, wanted, scale));
    }
}

int lot_named(TomlTable &t, Layout const &layout, std::string const &name)
{
    auto const names = names_of(layout.lots);
    auto const it = std::find(names.begin(), names.end(), name);
    if (it == names.end()) {
        t.fault("within", unknown_word("lot", name, names));
        return -1;
    }
    return static_cast<int>(it - names.begin());
}

void read_control(TomlTable &t, Layout &layout)
{
    Control c;
    c.pos = t.pos();
    c.record = record_named(t, layout, "record", t.required_text("record"));
    c.field = field_named(t, layout, "field", c.record, t.required_text("field"));
    c.text = t.required_text("equals");
    auto const open = c.text.find('(');
    auto const verb = c.text.substr(0, open);
    auto const arg = open != std::string::npos && c.text.back() == ')' ? c.text.substr(open + 1, c.text.size() - open - 2) : "";
    if (verb == "count" && arg == "*") {
        c.kind = Control::Kind::count_all;
    } else if (verb == "count" && !arg.empty()) {
        c.kind = Control::Kind::count;
        c.of_record = record_named(t, layout, "equals", arg);
    } else if (verb == "sum" && arg.find('.') != std::string::npos) {
        c.kind = Control::Kind::sum;
        c.of_record = record_named(t, layout, "equals", arg.substr(0, arg.find('.')));
        c.of_field = field_named(t, layout, "equals", c.of_record, arg.substr(arg.find('.') + 1));
    } else if (!c.text.empty()) {
        t.fault("equals", fmt::format("\"{}\" is no control; allowed: count(record), count(*), sum(record.field)", c.text));
    }
    check_scales(c, layout, t);
    if (t.has("within")) {
        c.lot = lot_named(t, layout, t.text_or("within", ""));
    }
    t.finish("[[control]]");
    layout.controls.push_back(std::move(c));
}

} // namespace

void read_controls(TomlTable &top, Layout &layout)
{
    for (auto &t : top.tables("lot")) {
        read_lot(t, layout);
    }
    for (auto &t : top.tables("control")) {
        read_control(t, layout);
    }
}

} // namespace atom
