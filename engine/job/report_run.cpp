#include "engine/job/report_run.hpp"

#include "engine/base/local_time.hpp"
#include "engine/base/text.hpp"
#include "engine/layout/value.hpp"
#include "engine/store/trail.hpp"

#include <fmt/format.h>

#include <unordered_set>

namespace atom {

namespace {

SqlValue sql_value(Value const &v)
{
    switch (v.kind) {
    case Value::Kind::integer: return v.integer;
    case Value::Kind::text: return std::string(v.text);
    case Value::Kind::none: break;
    }
    return std::monostate{};
}

std::string label_of(Field const &f) { return f.label.empty() ? f.name : f.label; }

/// A day or a moment as ISO writes it, or with the day in front, whatever the parameter's own format is.
std::optional<std::string> as_typed(Field const &field, std::string const &text)
{
    if (field.type != FieldType::date && field.type != FieldType::datetime) {
        return std::nullopt;
    }
    auto const kind = field.type == FieldType::date ? DateKind::date : DateKind::datetime;
    auto const civil = parse_iso(iso_from_typed(trim(text)), kind);
    return civil ? std::optional(iso_text(*civil, kind)) : std::nullopt;
}

SqlValue typed(Field const &field, std::string const &text)
{
    std::string scratch;
    if (!is_blank(text)) {
        auto const parsed = parse_field(field, text, Encoding::utf8, scratch);
        if (parsed.fault != LineFault::none) {
            if (auto const day = as_typed(field, text)) {
                return *day;
            }
            throw ParameterError(field.name, fmt::format("{}: \"{}\" não serve", label_of(field), printable(text)));
        }
        return sql_value(parsed.value);
    }
    if (field.required) {
        throw ParameterError(field.name, fmt::format("{}: falta informar", label_of(field)));
    }
    return std::monostate{};
}

constexpr std::size_t k_masked_most = 60; // bytes: stars tell nothing, a long line of them less

std::string masked_cell(std::string const &text)
{
    auto const out = masked(text);
    return out.size() > k_masked_most ? "…" : out;
}

/// "price_paid" -> "Price paid"
std::string words_of(std::string const &column)
{
    auto out = replaced(column, "_", " ");
    if (!out.empty() && out[0] >= 'a' && out[0] <= 'z') {
        out[0] = static_cast<char>(out[0] - 'a' + 'A');
    }
    return out;
}

class TableRunner
{
public:
    TableRunner(Database &db, ReportTable const &table, ColumnFacts const &facts) : m_table(table), m_facts(facts), m_query(prepare(db))
    {
        m_out.table = &table;
    }

    ReportRows run(Parameters const &parameters, std::size_t limit)
    {
        m_query.bind(parameters);
        m_out.columns = columns();
        while (m_query.step()) {
            if (m_out.rows.size() == limit) {
                m_out.more = true;
                break;
            }
            auto &row = m_out.rows.emplace_back();
            for (int i = 0; i < m_query.columns(); ++i) {
                row.push_back(m_query.value(i));
            }
        }
        return std::move(m_out);
    }

    std::vector<ReportColumn> columns() const
    {
        std::vector<ReportColumn> out;
        for (int i = 0; i < m_query.columns(); ++i) {
            out.push_back(column(i));
        }
        return out;
    }

private:
    Statement prepare(Database &db)
    {
        SqlGuard guard;
        guard.read_only = true;
        guard.on_read = [&](std::string_view table, std::string_view column) {
            m_reads_sensitive = m_reads_sensitive || m_facts.is_read_by(m_table.query, std::string(table), std::string(column));
        };
        return db.prepare_guarded(m_table.query, guard);
    }

    ReportColumn column(int i) const
    {
        ReportColumn c;
        c.name = m_query.column_name(i);
        auto const label = m_table.labels.find(c.name);
        c.label = label != m_table.labels.end() ? label->second : words_of(c.name);
        auto const [table, origin] = m_query.origin(i);
        c.scale = m_facts.scale(table, origin).value_or(-1);
        if (auto const it = m_table.decimals.find(c.name); it != m_table.decimals.end()) {
            c.scale = it->second;
        }
        // what an expression is made of is not known: where the query reads anything sensitive, it may be that
        c.sensitive = m_facts.is_sensitive(table, c.name) || m_facts.is_sensitive(table, origin) || (origin.empty() && m_reads_sensitive);
        return c;
    }

    ReportTable const &m_table;
    ColumnFacts const &m_facts;
    bool m_reads_sensitive = false; // set while the query is prepared: stands before it
    Statement m_query;
    ReportRows m_out;
};

/// The number of the column that is the subject's, by its name; -1 = none.
int subject_column(ReportRows const &rows, std::string const &name) { return name.empty() ? -1 : rows.column_index(name); }

std::vector<std::string> keys_in_rows(ReportResult const &result, std::string const &column)
{
    std::vector<std::string> out;
    std::unordered_set<std::string> seen;
    for (auto const &t : result.tables) {
        int const c = subject_column(t, column);
        for (auto const &row : c < 0 ? decltype(t.rows)() : t.rows) {
            auto const &cell = row[static_cast<std::size_t>(c)];
            auto const *const text = std::get_if<std::string>(&cell);
            auto const *const number = std::get_if<std::int64_t>(&cell);
            auto key = text != nullptr ? *text : number != nullptr ? std::to_string(*number) : std::string();
            if (!key.empty() && seen.insert(key).second) {
                out.push_back(std::move(key));
            }
        }
    }
    return out;
}

/// All reads in it see the same commit. The destructor ends it.
class ReadTransaction
{
public:
    explicit ReadTransaction(Database &db) : m_db(db.in_transaction() ? nullptr : &db)
    {
        if (m_db != nullptr) {
            m_db->exec("begin");
        }
    }
    ~ReadTransaction()
    {
        try {
            if (m_db != nullptr && m_db->in_transaction()) {
                m_db->exec("rollback");
            }
        } catch (StoreError const &) {
            // nothing was written; closing the connection ends it too
        }
    }
    ReadTransaction(ReadTransaction const &) = delete;
    ReadTransaction &operator=(ReadTransaction const &) = delete;

private:
    Database *m_db;
};

} // namespace

Parameters report_parameters(Report const &report, std::map<std::string, std::string> const &given, ReportMoment const &moment)
{
    Parameters out = {{"data", moment.data}, {"agora", moment.agora}, {"quem", moment.quem}};
    for (auto const &p : report.params) {
        auto const it = given.find(p.name);
        bool const blank = it == given.end() || is_blank(it->second);
        if (blank && out.find(p.name) != out.end()) {
            continue; // `data` is today's unless it is given
        }
        if (it == given.end() && !p.default_value.none) {
            out[p.name] = sql_value(Value::of(p.default_value));
        } else {
            out[p.name] = typed(p, blank ? "" : it->second);
        }
    }
    return out;
}

int ReportRows::column_index(std::string_view name) const noexcept
{
    auto const it = std::find_if(columns.begin(), columns.end(), [&](ReportColumn const &c) { return c.name == name; });
    return it == columns.end() ? -1 : static_cast<int>(it - columns.begin());
}

bool ReportRows::shows_sensitive() const noexcept
{
    return !rows.empty() && std::any_of(columns.begin(), columns.end(), [](ReportColumn const &c) { return c.sensitive; });
}

ReportResult run_report(Database &db, Report const &report, Parameters const &parameters, ColumnFacts const &facts, std::size_t limit,
                        ReportTable const *only)
{
    ReadTransaction const at_one_commit(db);
    ReportResult out;
    out.report = &report;
    out.parameters = parameters;
    for (auto const &t : report.tables) {
        if (only == nullptr || only == &t) {
            out.tables.push_back(TableRunner(db, t, facts).run(parameters, limit));
        }
    }
    return out;
}

std::vector<std::string> report_subjects(Database &db, Report const &report, Parameters const &parameters)
{
    std::vector<std::string> out;
    if (report.subject.empty()) {
        return out;
    }
    auto query = db.prepare_guarded(report.subject, {true, {}, {}});
    query.bind(parameters);
    std::unordered_set<std::string> seen;
    while (query.step()) {
        if (!query.is_null(0) && seen.insert(query.text(0)).second) {
            out.push_back(query.text(0));
        }
    }
    return out;
}

std::vector<std::string> shown_subjects(Database &db, ReportResult const &result)
{
    bool const sensitive = std::any_of(result.tables.begin(), result.tables.end(), [](auto const &t) { return t.shows_sensitive(); });
    auto const &report = *result.report;
    if (report.subject.empty()) {
        return sensitive ? std::vector<std::string>{k_nobody_told} : std::vector<std::string>{};
    }
    auto const column = db.prepare_guarded(report.subject, {true, {}, {}}).column_name(0);
    bool told = false, untold = false;
    for (auto const &t : result.tables) {
        bool const has_it = subject_column(t, column) >= 0;
        told = told || (has_it && !t.rows.empty());
        untold = untold || (!has_it && t.shows_sensitive());
    }
    return told && !untold ? keys_in_rows(result, column) : report_subjects(db, report, result.parameters);
}

std::vector<ReportColumn> report_columns(Database &db, ReportTable const &table, ColumnFacts const &facts)
{
    return TableRunner(db, table, facts).columns();
}

void mask(ReportResult &result)
{
    for (auto &t : result.tables) {
        for (std::size_t i = 0; i < t.columns.size(); ++i) {
            if (!t.columns[i].sensitive) {
                continue;
            }
            for (auto &row : t.rows) {
                if (auto *const text = std::get_if<std::string>(&row[i])) {
                    *text = masked_cell(*text);
                }
            }
        }
    }
}

} // namespace atom
