#include "engine/job/report_run.hpp"

#include "engine/base/text.hpp"
#include "engine/job/report_text.hpp"
#include "engine/layout/value.hpp"
#include "engine/store/ordered_query.hpp"
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

/// What a person may type there.
std::string what_serves(Field const &f)
{
    if (!f.values.empty()) {
        std::vector<std::string> words;
        for (auto const &[word, stored] : f.values) {
            words.push_back(word);
        }
        return "servem: " + join(words, ", ");
    }
    switch (f.type) {
    case FieldType::integer: return "serve um número inteiro";
    case FieldType::decimal: return fmt::format("serve um número com até {} casas, como 1.234,56", f.scale);
    case FieldType::date: return "serve uma data, como 03/11/2026";
    case FieldType::time: return "serve uma hora, como 09:30";
    case FieldType::datetime: return "servem data e hora, como 2026-11-03 09:30:00";
    case FieldType::document: return "serve um CPF (11 dígitos) ou um CNPJ (14), com os dígitos verificadores certos";
    case FieldType::phone: return "serve um telefone com DDD, como (11) 98765-4321";
    case FieldType::boolean: return "serve sim ou não";
    case FieldType::text:
    case FieldType::json: break;
    }
    return "serve um texto que se possa ler";
}

SqlValue typed(Field const &field, std::string const &text)
{
    std::string scratch;
    if (!is_blank(text)) {
        auto const parsed = parse_field(field, text, Encoding::utf8, scratch);
        if (parsed.fault != LineFault::none) {
            throw ParameterError(field.name, fmt::format("{}: \"{}\" não serve; {}", label_of(field), printable(text), what_serves(field)));
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
    TableRunner(Database &db, ReportTable const &table, ColumnFacts const &facts)
        : m_db(db), m_table(table), m_facts(facts), m_query(prepare(table.query))
    {
        m_out.table = &table;
    }

    ReportRows run(Parameters const &parameters, TableLook const &look)
    {
        m_out.look = look;
        m_out.columns = columns();
        if (int const by = m_out.column_index(look.sort); by >= 0) {
            m_query = prepare(ordered_query(m_table.query, by, look.falling));
        }
        m_query.bind(parameters);
        while (!is_enough() && m_query.step()) {
            take_row();
        }
        m_out.more = m_out.found > look.first + m_out.rows.size();
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
    /// One more than is wanted says that there are more.
    bool is_enough() const
    {
        auto const &look = m_out.look;
        return look.limit != k_all_rows && m_out.found > look.first + look.limit && m_out.found >= look.counts;
    }

    void take_row()
    {
        auto const &look = m_out.look;
        bool const is_wanted = m_out.found >= look.first && m_out.found - look.first < look.limit;
        if (!is_wanted && look.holding.empty() && !look.only) {
            ++m_out.found;
            return;
        }
        std::vector<SqlValue> row;
        for (int i = 0; i < m_query.columns(); ++i) {
            row.push_back(m_query.value(i));
        }
        if (fits(row)) {
            ++m_out.found;
            if (is_wanted) {
                m_out.rows.push_back(std::move(row));
            }
        }
    }

    bool fits(std::vector<SqlValue> const &row) const
    {
        auto const &[only, holding] = std::tie(m_out.look.only, m_out.look.holding);
        if (only && !has_column(only->first, [&](std::size_t i) { return plain_cell(m_out.columns[i], row[i]) == only->second; })) {
            return false;
        }
        return std::all_of(holding.begin(), holding.end(), [&](auto const &wanted) {
            return m_out.column_index(wanted.first) < 0 || has_column(wanted.first, [&](std::size_t i) {
                       return folded(shown_cell(m_out.columns[i], row[i])).find(folded(wanted.second)) != std::string::npos;
                   });
        });
    }

    template <typename Test> bool has_column(std::string const &name, Test const &test) const
    {
        int const i = m_out.column_index(name);
        return i >= 0 && test(static_cast<std::size_t>(i));
    }

    static std::string folded(std::string_view text) { return to_lower(without_accents(trim(text))); }

    Statement prepare(std::string const &sql)
    {
        SqlGuard guard;
        guard.read_only = true;
        guard.on_read = [&](std::string_view table, std::string_view column) {
            m_reads_sensitive = m_reads_sensitive || m_facts.is_read_by(m_table.query, std::string(table), std::string(column));
        };
        return m_db.prepare_guarded(sql, guard);
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
        c.show = show_of(c.name, m_facts.type(table, origin));
        // what an expression is made of is not known: where the query reads anything sensitive, it may be that
        c.sensitive = m_facts.is_sensitive(table, c.name) || m_facts.is_sensitive(table, origin) || (origin.empty() && m_reads_sensitive);
        return c;
    }

    Show show_of(std::string const &name, std::optional<FieldType> type) const
    {
        if (auto const it = m_table.shows.find(name); it != m_table.shows.end()) {
            return it->second;
        }
        return name == "status"              ? Show::status
               : type == FieldType::document ? Show::document
               : type == FieldType::phone    ? Show::phone
                                             : Show::plain;
    }

    Database &m_db;
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

ReportResult run_report(Database &db, Report const &report, Parameters const &parameters, ColumnFacts const &facts, LookAt const &look,
                        ReportTable const *only)
{
    ReadTransaction const at_one_commit(db);
    ReportResult out;
    out.report = &report;
    out.parameters = parameters;
    for (auto const &t : report.tables) {
        if (only == nullptr || only == &t) {
            out.tables.push_back(TableRunner(db, t, facts).run(parameters, look(t)));
        }
    }
    return out;
}

ReportResult run_report(Database &db, Report const &report, Parameters const &parameters, ColumnFacts const &facts, std::size_t limit)
{
    TableLook all;
    all.limit = limit;
    return run_report(db, report, parameters, facts, [&](ReportTable const &) { return all; });
}

ReportRows run_table(Database &db, ReportTable const &table, Parameters const &parameters, ColumnFacts const &facts, TableLook const &look)
{
    return TableRunner(db, table, facts).run(parameters, look);
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
