#pragma once
// What became of each key of a send, and when its server wants to be asked again; kept in the base (atom_sent, atom_send). A key goes out
// once, ever: this is what knows.

#include "engine/job/send.hpp"
#include "engine/store/database.hpp"

#include <map>
#include <string>
#include <vector>

namespace atom {

enum class SentState
{
    pending,  // the query gave it, and its turn has not come
    sending,  // its request may have gone out
    answered, // the answer is here, and the SQL for it failed
    success,
    failure,
    unknown
};

struct SentRow
{
    std::int64_t id = 0;
    SentState state = SentState::pending;
    Parameters values; // the query's columns when it was last asked; empty once all is over
    SqlValue http;     // status of the answer, if one came
    SqlValue answer;   // its text
};

/// A row of the query: the key as text, its values, and all columns.
struct SendRow
{
    std::string key;
    std::vector<SqlValue> key_values; // in the order of send.key
    Parameters values;
};
SendRow read_send_row(Statement const &row, Send const &send);

/// The rows of one send. Writes belong into transactions of the caller's.
class SentLog
{
public:
    SentLog(Database &db, Send const &send) : m_db(db), m_send(send.name) {}

    /// A key that is known stays as it is.
    void remember(SendRow const &row);
    std::map<std::string, std::int64_t> pending(); // key, id
    std::vector<SentRow> unfinished();             // sending or answered
    SentRow row(std::int64_t id);
    void set_values(std::int64_t id, Parameters const &values);
    void set_state(std::int64_t id, SentState state, std::string const &at);
    /// `answered` keeps the columns and the answer; a final state keeps neither.
    void close(SentRow const &row, SentState state, std::string const &at);
    void forget(std::int64_t id);

    struct Pause
    {
        std::int64_t failures = 0;   // in a row
        std::int64_t not_before = 0; // seconds since 1970
    };
    Pause pause();
    void set_pause(Pause const &pause, std::string const &why);

private:
    Database &m_db;
    std::string m_send;
};

/// The request's body. Numbers stay numbers.
std::string body_text(BodyPart const &part, Parameters const &values);

} // namespace atom
