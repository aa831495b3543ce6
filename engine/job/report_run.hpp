#pragma once
// Runs a report: typed parameters in, tables of typed cells out. The connection has the bases attached as `base` and `online` (see
// attach_bases() in store/); nothing is written. One thread.

#include "engine/job/column_facts.hpp"
#include "engine/job/report.hpp"
#include "engine/store/database.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace atom {

/// What a query can bind besides its report's parameters, which may take the place of `data`.
struct ReportMoment
{
    std::string data;  // ISO: the processing date, today
    std::string agora; // "2026-11-03 02:00:00"
    std::string quem;  // who looks
};

/// A parameter that its type refuses, or that is missing. `what()` is a text for the one who typed it, in Portuguese.
class ParameterError : public std::runtime_error
{
public:
    ParameterError(std::string name, std::string const &message) : std::runtime_error(message), m_name(std::move(name)) {}
    std::string const &name() const noexcept { return m_name; }

private:
    std::string m_name;
};

/// What the queries bind. `given` are texts by parameter name: one that is there and blank is none, one that is not there is its default.
/// Throws ParameterError. A name that the report does not have is passed over: the caller knows what else it took.
Parameters report_parameters(Report const &report, std::map<std::string, std::string> const &given, ReportMoment const &moment);

struct ReportColumn
{
    std::string name;
    std::string label; // what a person reads
    int scale = -1;    // of decimals, whose cells are whole numbers in units of 10^-scale; -1 = no decimal
    bool sensitive = false;
    Show show = Show::plain;
};

constexpr std::size_t k_all_rows = static_cast<std::size_t>(-1);

/// Which rows of a table somebody wants to see, and in which order. Columns that the query does not have are passed over.
struct TableLook
{
    std::size_t first = 0; // rows that fit and are passed over
    std::size_t limit = k_all_rows;
    std::string sort;                           // a column; "" = as the query has them
    bool falling = false;                       // the greatest first
    std::map<std::string, std::string> holding; // by column: what its cell, as a person reads it, must hold, whatever capitals and accents
    std::optional<std::pair<std::string, std::string>> only; // a column, and its whole cell as a file has it
    std::size_t counts = 0;                                  // rows that fit are counted up to here
};

struct ReportRows
{
    ReportTable const *table = nullptr;
    std::vector<ReportColumn> columns;
    std::vector<std::vector<SqlValue>> rows;
    TableLook look;        // what was asked for
    bool more = false;     // there are more rows than were asked for
    std::size_t found = 0; // rows that fit, also those that were passed over; counted up to look.counts at least

    int column_index(std::string_view name) const noexcept; // -1 = none
    bool shows_sensitive() const noexcept;                  // of a person: a row with a sensitive column
};

struct ReportResult
{
    Report const *report = nullptr;
    Parameters parameters;
    std::vector<ReportRows> tables;
};

using LookAt = std::function<TableLook(ReportTable const &)>;

/// All tables as of one commit, or `only` one. Throws StoreError.
ReportResult run_report(Database &db, Report const &report, Parameters const &parameters, ColumnFacts const &facts, LookAt const &look,
                        ReportTable const *only = nullptr);
/// At most `limit` rows a table.
ReportResult run_report(Database &db, Report const &report, Parameters const &parameters, ColumnFacts const &facts,
                        std::size_t limit = k_all_rows);
/// One table alone.
ReportRows run_table(Database &db, ReportTable const &table, Parameters const &parameters, ColumnFacts const &facts, TableLook const &look);

/// The keys that the report's `subject` gives, each once; none without one.
std::vector<std::string> report_subjects(Database &db, Report const &report, Parameters const &parameters);

/// Whom the tables of a result show, each once: where all that show sensitive columns have the subject's column, its keys in the rows that
/// are shown; else all that the subject gives. Of a report that shows sensitive columns without a subject, k_nobody_told.
std::vector<std::string> shown_subjects(Database &db, ReportResult const &result);

/// The columns that a table would have, typed and labelled, without running it. Throws StoreError.
std::vector<ReportColumn> report_columns(Database &db, ReportTable const &table, ColumnFacts const &facts);

/// Prepares each query of a report; what is wrong is added at its place. `others` are all reports, `endpoints` the names of all endpoints.
void check_report(Database &db, Report const &report, std::vector<Report> const &others, std::vector<std::string> const &endpoints,
                  ColumnFacts const &facts, Faults &faults);

/// The texts that sensitive columns hold become masked(): for a console.
void mask(ReportResult &result);

} // namespace atom
