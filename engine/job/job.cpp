#include "engine/job/job.hpp"

#include "engine/base/decimal.hpp"
#include "engine/base/text.hpp"
#include "engine/job/read_sql.hpp"

#include <fmt/format.h>

namespace atom {

std::string RejectLimit::text() const { return none ? "none" : fmt::format("{}{}", number, percent ? "%" : ""); }

std::optional<Job::Match> Job::match(std::string_view file_name) const
{
    std::string const bare(matched_name(file_name));
    for (auto const &f : files) {
        auto captures = f.pattern.match(bare);
        bool const wanted = captures && std::all_of(only.begin(), only.end(), [&](auto const &o) {
                                auto const it = captures->find(o.first);
                                return it != captures->end() && equal_ignoring_case(it->second, o.second);
                            });
        if (wanted) {
            return Match{&f, *std::move(captures)};
        }
    }
    return std::nullopt;
}

std::vector<std::shared_ptr<Layout const>> Job::layouts() const
{
    std::vector<std::shared_ptr<Layout const>> out;
    for (auto const &f : files) {
        if (f.layout && std::find(out.begin(), out.end(), f.layout) == out.end()) {
            out.push_back(f.layout);
        }
    }
    if (endpoint && endpoint->layout) {
        out.push_back(endpoint->layout);
    }
    return out;
}

namespace {

std::vector<std::pair<char const *, Verb>> const k_verbs = {
    {"reject", Verb::reject}, {"warn", Verb::warn},   {"upsert", Verb::upsert}, {"insert", Verb::insert}, {"replace", Verb::replace},
    {"update", Verb::update}, {"sweep", Verb::sweep}, {"hold", Verb::hold},     {"sql", Verb::sql},       {"sql_file", Verb::sql},
};

Assignments read_assignments(TomlTable &t, std::string const &key)
{
    Assignments out;
    if (auto table = t.table(key)) {
        for (auto const &e : table->entries()) {
            if (e.value.kind != TomlValue::Kind::text) {
                t.faults().add(e.value.pos, fmt::format("{} must be SQL in quotes", e.key));
                continue;
            }
            out.emplace_back(e.key, embedded(e.value.text));
        }
    }
    return out;
}

class RuleReader
{
public:
    RuleReader(TomlTable &t, std::filesystem::path const &folder, bool in_endpoint)
        : m_table(t), m_folder(folder), m_in_endpoint(in_endpoint)
    {}

    Rule read()
    {
        m_rule.name = name_of(m_table, "name");
        read_verb();
        bool const about_lines = m_rule.verb == Verb::reject || m_rule.verb == Verb::warn;
        bool const writes = !about_lines && m_rule.verb != Verb::sql && m_rule.verb != Verb::hold;
        m_rule.record = m_table.text_or("record", "");
        m_rule.changed = m_table.text_or("changed", "");
        if (about_lines) {
            m_rule.code = m_table.required_text("code");
            m_rule.message = m_table.text_or("message", "");
            m_rule.field = m_table.text_or("field", "");
            read_status();
        }
        if (m_rule.verb == Verb::hold) {
            m_rule.message = m_table.required_text("message");
        }
        if (about_lines || (writes && m_rule.verb != Verb::sweep)) {
            m_rule.from = embedded(m_table.text_or("from", ""));
        }
        if (writes) {
            read_write();
        }
        m_table.finish("[[rule]]");
        return std::move(m_rule);
    }

private:
    void read_verb()
    {
        std::vector<std::string> found;
        for (auto const &[key, verb] : k_verbs) {
            if (m_table.has(key)) {
                found.emplace_back(key);
                m_rule.verb = verb;
            }
        }
        if (found.size() != 1) {
            m_table.faults().add(
                m_table.pos(),
                found.empty() ? "a rule needs a verb; allowed: reject, warn, hold, upsert, insert, replace, update, sweep, sql, sql_file"
                              : fmt::format("a rule has one verb, not {}", join(found, " and ")));
            return;
        }
        if (m_rule.verb == Verb::sql) {
            m_rule.text = sql_or_file(m_table, "sql", m_folder, m_rule.pos);
        } else {
            m_rule.text = embedded(m_table.required_text(found.front()));
            m_rule.pos = m_table.pos_of(found.front());
        }
    }

    void read_status()
    {
        if (m_rule.verb == Verb::reject && m_in_endpoint) {
            m_rule.status = static_cast<int>(m_table.integer("status", 400, 499).value_or(422));
        }
    }

    void read_write()
    {
        m_rule.has_key = m_table.has("key");
        m_rule.key = m_table.texts("key");
        m_rule.set = read_assignments(m_table, "set");
        if (m_rule.verb == Verb::upsert) {
            m_rule.set_old = read_assignments(m_table, "set_old");
        }
        if (m_rule.verb != Verb::insert) {
            m_rule.where = embedded(m_table.text_or("where", ""));
            if (!m_rule.has_key) {
                m_table.faults().add(m_table.pos(), "key is missing; it must be a list of columns of the table");
            }
        }
        bool const may_be_empty = m_rule.verb == Verb::replace || m_rule.verb == Verb::insert;
        if (m_rule.has_key && m_rule.key.empty() && !may_be_empty) {
            m_table.fault("key", "key is empty; it must name at least one column");
        }
        bool const changes_rows = m_rule.verb == Verb::update || m_rule.verb == Verb::sweep;
        if (changes_rows && m_rule.set.empty()) {
            m_table.faults().add(m_table.pos(), "set is missing; it says what becomes of the rows");
        }
        if (auto brake = changes_rows ? m_table.table("brake") : std::nullopt) {
            read_brake(*brake);
        }
    }

    void read_brake(TomlTable &t)
    {
        Brake b;
        auto const share = t.required_text("share");
        auto const digits = share.empty() ? share : share.substr(0, share.size() - 1);
        b.share = is_digits(digits) && share.back() == '%' ? parse_integer(digits).value_or(-1) : -1;
        if (!share.empty() && (b.share < 0 || b.share > 100)) {
            t.fault("share", fmt::format("\"{}\" is no share; write it as \"20%\"", share));
        }
        b.of = embedded(t.required_text("of"));
        b.least = t.integer("least", 0, 1000000000).value_or(0);
        t.finish("brake");
        m_rule.brake = std::move(b);
    }

    TomlTable &m_table;
    std::filesystem::path const &m_folder;
    bool m_in_endpoint;
    Rule m_rule;
};

std::vector<JobFile> read_files(TomlTable &t, Layouts const &layouts)
{
    std::vector<JobFile> out;
    auto const common = t.text("layout");
    auto const fallback = common ? layout_named(t, "layout", *common, layouts) : nullptr;
    auto const *files = t.value("files");
    if (files == nullptr || files->kind != TomlValue::Kind::array || files->items.empty()) {
        t.fault("files", "files must be a list of file name patterns");
        return out;
    }
    for (auto const &item : files->items) {
        std::string pattern = item.text;
        auto layout = fallback;
        if (item.kind == TomlValue::Kind::table) {
            TomlTable entry(item, t.faults());
            pattern = entry.required_text("pattern");
            if (auto const name = entry.text("layout")) {
                layout = layout_named(entry, "layout", *name, layouts);
            }
            entry.finish("files");
        }
        if (!layout && !common && (item.kind != TomlValue::Kind::table || item.find("layout") == nullptr)) {
            t.faults().add(item.pos,
                           "no layout is named for this pattern; give the job a layout, or write { pattern = \"…\", layout = \"…\" }");
        }
        try {
            out.push_back({NamePattern(pattern), layout});
        } catch (std::invalid_argument const &e) {
            t.faults().add(item.pos, e.what());
        }
    }
    return out;
}

RejectLimit read_limit(TomlTable &t)
{
    RejectLimit limit;
    auto const *v = t.value("reject_limit");
    if (v == nullptr) {
        return limit;
    }
    limit.none = v->text == "none";
    limit.percent = !v->text.empty() && v->text.back() == '%';
    auto const digits = limit.percent ? v->text.substr(0, v->text.size() - 1) : v->text;
    limit.number = is_digits(digits) ? parse_integer(digits).value_or(-1) : -1;
    if (!limit.none && (limit.number < 0 || (limit.percent && limit.number > 100))) {
        t.fault("reject_limit", fmt::format("\"{}\" is no limit; allowed: a number as \"5\", a share as \"20%\", or \"none\"", v->text));
    }
    return limit;
}

Parameters read_bound_values(TomlTable &t)
{
    Parameters out;
    if (auto values = t.table("values")) {
        for (auto const &e : values->entries()) {
            switch (e.value.kind) {
            case TomlValue::Kind::text: out[e.key] = e.value.text; break;
            case TomlValue::Kind::integer: out[e.key] = e.value.integer; break;
            case TomlValue::Kind::boolean: out[e.key] = std::int64_t{e.value.boolean}; break;
            default: t.faults().add(e.value.pos, fmt::format("{} must be a text, a whole number, true or false", e.key));
            }
        }
    }
    return out;
}

/// `record` must name a record of every layout that the job has.
void check_record(Job const &job, Rule const &rule, Faults &faults)
{
    for (auto const &layout : rule.record.empty() ? std::vector<std::shared_ptr<Layout const>>{} : job.layouts()) {
        if (layout->record_index(rule.record) < 0) {
            std::vector<std::string> names;
            for (auto const &r : layout->records) {
                names.push_back(r.name);
            }
            faults.add(rule.pos, unknown_word(fmt::format("record of layout {}", layout->name), rule.record, names));
        }
    }
}

/// A `changed` must name an upsert that stands before it.
void check_rules(Job const &job, TomlTable &top)
{
    std::vector<std::string> upserts;
    std::set<std::string> names;
    for (auto const &r : job.rules) {
        check_record(job, r, top.faults());
        if (!names.insert(r.name).second) {
            top.faults().add(r.pos, fmt::format("rule \"{}\" stands twice in this job", r.name));
        }
        if (!r.changed.empty() && std::find(upserts.begin(), upserts.end(), r.changed) == upserts.end()) {
            top.faults().add(r.pos, fmt::format("changed = \"{}\" is no upsert before this rule", r.changed));
        }
        if (r.verb == Verb::upsert) {
            upserts.push_back(r.name);
        }
    }
}

/// What only a job has whose input are files.
void read_file_job(TomlTable &top, Layouts const &layouts, Job &job)
{
    job.files = read_files(top, layouts);
    if (auto only = top.table("only")) {
        for (auto const &e : only->entries()) {
            job.only[e.key] = e.value.text;
            bool const known = std::all_of(job.files.begin(), job.files.end(), [&](JobFile const &f) {
                auto const names = f.pattern.capture_names();
                return std::find(names.begin(), names.end(), e.key) != names.end();
            });
            if (!known) {
                top.faults().add(e.pos, fmt::format("only.{} is no capture of every pattern in files", e.key));
            }
        }
    }
    job.source = top.text_or("source", "");
    job.order = top.integer("order", 0, 1000000).value_or(0);
    job.needs = read_requires(top);
    job.stale_after = top.texts("stale_after");
    job.holds = top.texts("holds");
    job.expected = read_expected(top);
    job.reject_limit = read_limit(top);
    job.empty_ok = top.choice("empty", {"fail", "ok"}).value_or("fail") == "ok";
    job.unreadable_holds = top.choice("unreadable", {"reject", "hold"}).value_or("reject") == "hold";
}

} // namespace

Job read_job(TomlTable &top, Layouts const &layouts, std::filesystem::path const &folder)
{
    Job job;
    job.pos = top.pos_of("job");
    job.name = name_of(top, "job");
    if (top.has("endpoint")) {
        job.endpoint = read_http_endpoint(top, layouts, folder);
    } else if (top.has("take")) {
        job.take = top.required_text("take");
        job.reject_limit.none = true; // a bad row is passed, whatever stands beside it
        job.order = top.integer("order", 0, 1000000).value_or(0);
    } else {
        read_file_job(top, layouts, job);
    }
    job.values = read_bound_values(top);
    for (auto &t : top.tables("rule")) {
        job.rules.push_back(RuleReader(t, folder, job.endpoint.has_value()).read());
    }
    check_rules(job, top);
    top.finish("a job");
    return job;
}

namespace {

std::string output_name(TomlTable &t, std::string const &key)
{
    auto const pattern = t.text_or(key, "");
    try {
        expand_name(pattern, Civil{}, 1);
    } catch (std::invalid_argument const &e) {
        t.fault(key, e.what());
    }
    return pattern;
}

std::shared_ptr<Layout const> written_layout(TomlTable &t, Layouts const &layouts)
{
    auto layout = layout_named(t, "layout", t.required_text("layout"), layouts);
    for (auto const &f : layout && !layout->records.empty() ? layout->records.front().fields : std::vector<Field>{}) {
        if (f.is_joined()) {
            t.fault("layout", fmt::format("field \"{}\" of layout {} is joined of others; a layout that is written has no such field",
                                          f.name, layout->name));
        }
    }
    return layout;
}

} // namespace

Export read_export(TomlTable &top, Layouts const &layouts, std::filesystem::path const &folder)
{
    Export x;
    x.pos = top.pos_of("export");
    x.name = name_of(top, "export");
    x.query = embedded(sql_or_file(top, "query", folder, x.query_pos));
    x.key = top.texts("key");
    if (x.key.empty()) {
        top.fault("key", "key is missing; it must be a list of columns of the query");
    }
    x.ignore = top.texts("ignore");
    x.compare = top.texts("compare");
    x.watch = top.texts("watch");
    x.watch_pos = top.pos_of("watch");
    if (!x.ignore.empty() && !x.compare.empty()) {
        top.fault("compare", "either ignore or compare is needed, not both");
    }
    x.layout = written_layout(top, layouts);
    x.target = top.required_text("target");
    x.after = top.texts("after");
    if (auto files = top.table("files")) {
        x.full = output_name(*files, "full");
        x.delta = output_name(*files, "delta");
        x.removed = output_name(*files, "removed");
        files->finish("[files]");
    }
    if (x.full.empty()) {
        top.fault("files", "[files] needs full = \"name\"");
    }
    if (auto removed = top.table("removed")) {
        x.removed_layout = written_layout(*removed, layouts);
        x.removed_query = embedded(sql_or_file(*removed, "query", folder, x.removed_pos));
        removed->finish("[removed]");
    }
    if (x.removed.empty() != (x.removed_layout == nullptr) && !(x.removed.empty() && top.faults().empty())) {
        top.fault("removed", "a removal needs both removed = \"name\" in [files] and a [removed] with layout and query");
    }
    top.finish("an export");
    return x;
}

} // namespace atom
