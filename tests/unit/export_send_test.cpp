// Sends without a server: what goes out when, at what pace, and what is remembered. With a server: tests/remote/send.py.

#include "engine/export/send.hpp"
#include "engine/export/sent.hpp"
#include "engine/store/schema.hpp"

#include <catch2/catch.hpp>

#include <chrono>

using namespace atom;
using namespace std::chrono_literals;

namespace {

HttpReply answered(int status)
{
    HttpReply reply;
    reply.fate = HttpReply::Fate::answered;
    reply.status = status;
    return reply;
}

/// A base with messages, a send, a time that moves only when it is waited for, and a server that answers as it is told.
struct Office
{
    explicit Office(std::string const &more = "", std::string const &at = "2026-11-03 10:00")
        : db({}, OpenMode::memory), clock(fixed_clock(at))
    {
        make_engine_tables(db);
        db.exec("create table m(id integer primary key, name text, state text default 'NEW', http integer, said text)");
        Faults faults;
        auto const root =
            parse_toml("send = \"s\"\nurl = \"http://x\"\nkey = \"id\"\nbody = { id = \"id\", who = [\"name\"], n = 1.5, yes = true }\n"
                       "query = \"select id, name from m where state = 'NEW' order by id\"\n"
                       "before = \"update m set state = 'SENDING' where id = :id\"\n"
                       "on_success = \"update m set state = 'SENT', http = :http where id = :id\"\n"
                       "on_failure = \"update m set state = 'REFUSED', http = :http where id = :id\"\n"
                       "on_unknown = \"update m set state = 'UNKNOWN', said = :resposta where id = :id\"\n"
                       "on_gone = \"update m set said = 'gone: ' || :name where id = :id\"\n" +
                           more,
                       "s.toml", faults);
        TomlTable top(*root, faults);
        workspace.sends.push_back(read_send(top, "."));
        faults.throw_if_any();
    }

    SendSetting setting()
    {
        SendSetting s{db, workspace, *clock};
        s.post = [this](HttpRequest const &request, std::function<void()> const &before_writing) {
            bodies.push_back(request.body);
            moments.push_back(now);
            auto reply = answer();
            if (reply.fate != HttpReply::Fate::not_sent) {
                before_writing();
            }
            now += time_of_a_request;
            return reply;
        };
        s.tick = [this] { return SendSetting::Time(now); };
        s.rest = [this](std::chrono::microseconds time) { now += time; };
        return s;
    }
    void add(int n)
    {
        for (int i = 0; i < n; ++i) {
            db.exec("insert into m(name) values ('Ana')");
        }
    }
    SendResult poll()
    {
        begin_sends(setting());
        return run_sends(setting()).front();
    }
    std::string states() { return db.text("select group_concat(state) from (select state from m order by id)").value_or(""); }

    Database db;
    Workspace workspace;
    std::unique_ptr<Clock> clock;
    std::function<HttpReply()> answer = [] { return answered(200); };
    std::chrono::microseconds now{0}, time_of_a_request{0};
    std::vector<std::string> bodies;
    std::vector<std::chrono::microseconds> moments;
};

} // namespace

TEST_CASE("a key goes out once, whatever the query says", "[export][send]")
{
    Office office;
    office.add(2);
    auto const first = office.poll();
    CHECK(first.sent == 2);
    CHECK(first.waiting == 0);
    CHECK(office.bodies ==
          std::vector<std::string>{R"({"id":1,"who":["Ana"],"n":1.5,"yes":true})", R"({"id":2,"who":["Ana"],"n":1.5,"yes":true})"});
    office.db.exec("update m set state = 'NEW'");
    CHECK_FALSE(office.poll().any());
    CHECK(office.bodies.size() == 2);
}

TEST_CASE("requests keep their distance, and end after twenty seconds", "[export][send]")
{
    Office office("rate = \"20/s\"\n");
    office.add(500);
    office.time_of_a_request = 10ms;
    auto const result = office.poll();
    CHECK(result.sent == 400);
    CHECK(result.waiting == 100);
    for (std::size_t i = 1; i < office.moments.size(); ++i) {
        REQUIRE(office.moments[i] - office.moments[i - 1] == 50ms);
    }
    office.time_of_a_request = 70ms; // slower than the rate: one after the other
    office.moments.clear();
    CHECK(office.poll().sent == 100);
    CHECK(office.moments[1] - office.moments[0] == 70ms);
}

TEST_CASE("the hours end in the middle of a poll", "[export][send]")
{
    Office office("hours = { weekdays = \"08:00-20:00\" }\n", "2026-11-03 19:59:58");
    office.add(5);
    office.answer = [&] {
        office.clock->sleep(1s, {});
        return answered(200);
    };
    CHECK(office.poll().sent == 2);
    CHECK(office.states() == "SENT,SENT,NEW,NEW,NEW");
}

TEST_CASE("what a server does not take is as if it had not been tried", "[export][send]")
{
    Office office;
    office.add(2);
    office.answer = [] {
        auto reply = answered(429);
        reply.retry_after = 90;
        return reply;
    };
    CHECK_FALSE(office.poll().any());
    CHECK(office.states() == "NEW,NEW");
    CHECK(office.bodies.size() == 1);
    office.answer = [] { return answered(200); };
    office.clock->sleep(89s, {});
    CHECK(office.poll().waiting == 2);
    office.clock->sleep(1s, {});
    CHECK(office.poll().sent == 2);
    CHECK(office.states() == "SENT,SENT");
}

TEST_CASE("a pause doubles up to half an hour, and an answer ends the count", "[export][send]")
{
    Office office;
    office.add(2);
    office.answer = [] { return HttpReply{}; }; // no connection
    std::vector<std::int64_t> pauses;
    for (int i = 0; i < 9; ++i) {
        office.poll();
        pauses.push_back(office.db.integer("select not_before from atom_send") - office.clock->now());
        office.clock->sleep(std::chrono::seconds(pauses.back()), {});
    }
    CHECK(pauses == std::vector<std::int64_t>{30, 60, 120, 240, 480, 960, 1800, 1800, 1800});
    CHECK(office.states() == "NEW,NEW");
    CHECK(office.bodies.size() == 9);
    office.answer = [] { return answered(200); };
    office.poll();
    CHECK(office.db.integer("select failures from atom_send") == 0);
}

TEST_CASE("what is gone is told once, with its row as it was", "[export][send]")
{
    Office office("hours = { weekdays = \"08:00-20:00\" }\n", "2026-11-03 07:00");
    office.add(2);
    office.poll();
    office.db.exec("update m set state = 'OFF', name = 'Eva' where id = 1");
    office.poll();
    CHECK_FALSE(office.db.text("select said from m where id = 1"));
    office.clock->sleep(3600s, {});
    auto const result = office.poll();
    CHECK(result.gone == 1);
    CHECK(result.sent == 1);
    CHECK(office.db.text("select said from m where id = 1") == "gone: Ana");
    CHECK_FALSE(office.poll().any());
}

TEST_CASE("a key that the query gives no more at its turn is not sent", "[export][send]")
{
    Office office;
    office.add(3);
    office.answer = [&] {
        office.db.exec("update m set state = 'OFF' where id = 2");
        return answered(200);
    };
    auto const result = office.poll();
    CHECK(result.sent == 2);
    CHECK(result.gone == 1);
    CHECK(office.states() == "SENT,OFF,SENT");
}

TEST_CASE("SQL that fails before a request sends nothing, and is an error", "[export][send]")
{
    Office office;
    office.add(2);
    office.db.exec("create trigger no before update on m when new.state = 'SENDING' begin select raise(abort, 'not today'); end");
    auto const result = office.poll();
    CHECK(result.errors == std::vector<std::string>{"send s: before: not today"});
    CHECK(office.states() == "NEW,NEW");
    CHECK(office.db.text("select group_concat(state) from atom_sent") == "pending,pending");
}

TEST_CASE("the two forms of Retry-After", "[remote][send]")
{
    HttpReply reply;
    read_retry_after("120", reply);
    CHECK(reply.retry_after == 120);
    read_retry_after("Tue, 03 Nov 2026 13:00:00 GMT", reply);
    CHECK(reply.retry_at == 1793710800);
    HttpReply none;
    read_retry_after("soon", none);
    read_retry_after("", none);
    CHECK_FALSE(none.retry_after);
    CHECK_FALSE(none.retry_at);
}
