#include "engine/job/report_run.hpp"

#include "engine/base/text.hpp"
#include "engine/layout/value.hpp"

#include <fmt/format.h>

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

SqlValue typed(Field const &field, std::string const &text)
{
    std::string scratch;
    if (!is_blank(text)) {
        auto const parsed = parse_field(field, text, Encoding::utf8, scratch);
        if (parsed.fault != LineFault::none) {
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
        for (int i = 0; i < m_query.columns(); ++i) {
            m_out.columns.push_back(column(i));
        }
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

private:
    Statement prepare(Database &db)
    {
        SqlGuard guard;
        guard.read_only = true;
        guard.on_read = [&](std::string_view table, std::string_view column) {
            m_reads_sensitive = m_reads_sensitive || m_facts.is_sensitive(std::string(table), std::string(column));
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

ReportResult run_report(Database &db, Report const &report, Parameters const &parameters, ColumnFacts const &facts, std::size_t limit)
{
    ReadTransaction const at_one_commit(db);
    ReportResult out;
    out.report = &report;
    out.parameters = parameters;
    for (auto const &t : report.tables) {
        out.tables.push_back(TableRunner(db, t, facts).run(parameters, limit));
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
    while (query.step()) {
        if (!query.is_null(0) && std::find(out.begin(), out.end(), query.view(0)) == out.end()) {
            out.push_back(query.text(0));
        }
    }
    return out;
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
