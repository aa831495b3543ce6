// Layouts and jobs as a user may write them: whatever stands in the file, reading it ends in faults with a place, or in something whose
// promises hold.

#include "engine/base/text.hpp"
#include "engine/job/job.hpp"
#include "engine/layout/check.hpp"
#include "tests/fuzz/targets.hpp"

namespace atom::fuzz {

namespace {

/// Every fault is told with its place, on one line.
void check_faults(Faults const &faults)
{
    for (auto const &f : faults.all()) {
        must(!f.message.empty(), "a fault has words");
        must(f.pos.file == "x.toml", "a fault names its file");
        must(f.pos.line >= 0 && f.pos.column >= 0, "a fault has a place");
    }
}

void check_fields(Record const &r)
{
    for (std::size_t i = 0; i < r.fields.size(); ++i) {
        auto const &f = r.fields[i];
        must(r.field_index(f.name) == static_cast<int>(i), "a field is found by its name");
        must(f.len <= std::size_t{1} << 20 && f.at < std::size_t{1} << 20, "a field lies where lines are");
        bool const temporal = f.type == FieldType::date || f.type == FieldType::time || f.type == FieldType::datetime;
        must(!temporal || !f.formats.empty(), "a date has a format");
    }
    for (auto const &g : r.groups) {
        must(g.when >= 0 && g.when < static_cast<int>(g.columns.size()), "a group says when");
        for (auto const &c : g.columns) {
            must(c.fields.size() == g.words.size(), "a group's column has a field a repetition");
            for (int const i : c.fields) {
                must(i >= 0 && i < static_cast<int>(r.fields.size()), "a group's field is one of the record's");
            }
        }
    }
}

void check_layout(std::shared_ptr<Layout const> const &layout)
{
    must(!layout->records.empty() && !layout->name.empty(), "a layout has a name and a record");
    for (auto const &r : layout->records) {
        check_fields(r);
        must(!layout->relation_of(r).empty(), "a record has a relation");
    }
    Faults samples;
    check_samples(layout, samples);
    check_faults(samples);
    if (layout->format != Format::jsonl && !layout->detail_records().empty()) {
        auto input = empty_input(layout);
        (void)check(input, 1);
    }
}

} // namespace

void layout_toml(std::string_view bytes)
{
    Faults faults;
    auto const root = parse_toml(bytes, "x.toml", faults);
    must(root.has_value() || !faults.empty(), "what cannot be parsed is a fault");
    if (root) {
        auto const layout = std::make_shared<Layout const>(read_layout(*root, bytes, faults));
        if (faults.empty()) {
            check_layout(layout);
        }
    }
    check_faults(faults);
}

void job_toml(std::string_view bytes)
{
    static auto const layout = [] {
        constexpr std::string_view text = "layout = \"x\"\nformat = \"csv\"\n[[record]]\nfields = [{ name = \"a\" }, { name = \"b\" }]\n";
        Faults none;
        auto const root = parse_toml(text, "x.toml", none);
        return std::make_shared<Layout const>(read_layout(*root, text, none));
    }();
    Layouts const layouts = {{"x", layout}};
    Faults faults;
    auto const root = parse_toml(bytes, "x.toml", faults);
    must(root.has_value() || !faults.empty(), "what cannot be parsed is a fault");
    if (root && bytes.find("_file") == std::string_view::npos) { // it would be read
        TomlTable top(*root, faults);
        if (root->find("export") != nullptr) {
            (void)read_export(top, layouts, "nowhere");
        } else {
            auto const job = read_job(top, layouts, "nowhere");
            if (faults.empty()) {
                must(!job.name.empty(), "a job has a name");
                for (auto const &f : job.files) {
                    must(f.layout != nullptr, "a job's file has a layout");
                }
                (void)job.match("a_20231101.csv");
            }
        }
    }
    check_faults(faults);
}

void name_pattern(std::string_view bytes)
{
    auto const end = bytes.find('\n');
    std::string const pattern(bytes.substr(0, end));
    std::string const name(end == std::string_view::npos ? std::string_view() : bytes.substr(end + 1));
    try {
        NamePattern const p(pattern);
        auto const names = p.capture_names();
        if (auto const captures = p.match(name)) {
            must(p.match(to_upper(name)).has_value(), "case does not matter");
            for (auto const &capture : names) {
                must(captures->count(capture) == 1, "a match has every capture");
            }
        }
        must(matched_name(name).size() <= name.size(), "a matched name is the name, or its beginning");
    } catch (std::invalid_argument const &e) {
        must(e.what()[0] != '\0', "a pattern is refused with words");
    }
    try {
        (void)expand_name(pattern, {2026, 11, 3, 2, 0, 0}, 7);
    } catch (std::invalid_argument const &e) {
        must(e.what()[0] != '\0', "a pattern is refused with words");
    }
}

} // namespace atom::fuzz
