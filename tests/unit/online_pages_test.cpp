// Reports as HTML: what is escaped, what links where, which forms a row has, what is drawn.

#include "engine/base/toml.hpp"
#include "engine/job/report_text.hpp"
#include "engine/online/chart.hpp"
#include "engine/online/html.hpp"
#include "engine/online/report_page.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

namespace {

using namespace atom;

Report report_of(std::string const &toml)
{
    static std::vector<std::unique_ptr<TomlValue>> kept; // a TomlTable's values must outlive it
    Faults faults;
    auto root = parse_toml(toml, "jobs/r.toml", faults);
    faults.throw_if_any();
    kept.push_back(std::make_unique<TomlValue>(*std::move(root)));
    TomlTable top(*kept.back(), faults);
    auto report = read_report(top, ".");
    faults.throw_if_any();
    return report;
}

std::string faults_of(std::string const &toml)
{
    try {
        report_of(toml);
    } catch (ConfigError const &e) {
        return e.what();
    }
    return {};
}

bool has(std::string const &text, std::string const &part) { return text.find(part) != std::string::npos; }

struct Shop
{
    Shop() : db({}, OpenMode::memory), facts(Workspace{})
    {
        db.exec("create table cake(id integer, name text, price integer, day text, status text);"
                "insert into cake values(7, '<b>Sponge & \"co\"</b>', 123456, '2026-11-03', 'held'), (8, '=1+1', null, null, 'done')");
    }
    ReportResult run(Report const &r, std::map<std::string, std::string> const &given = {}, std::size_t limit = k_all_rows)
    {
        return run_report(db, r, report_parameters(r, given, {"2026-11-04", "2026-11-04 08:00:00", "ana"}), facts, limit);
    }
    Database db;
    ColumnFacts facts;
};

constexpr char const *k_cakes = R"(report = "cakes"
title = "Cakes"
param = [{ name = "status", default = "held" }, { name = "data", type = "date" }]
[[table]]
name = "all"
title = "All <cakes>"
query = "select id, name, price, day, status from cake where :status is null or status = :status order by id"
detail = "cake"
actions = ["atom:approve", "Taste"]
decimals = { price = 2 }
labels = { name = "The name" }
)";

constexpr char const *k_cake = R"(report = "cake"
title = "Cake"
param = [{ name = "number", type = "integer" }, { name = "status" }]
[[table]]
name = "one"
view = "card"
query = "select id, name from cake where id = :number"
)";

} // namespace

TEST_CASE("a report's faults are told at their places", "[job][report]")
{
    CHECK(faults_of("report = \"r\"\ntitel = \"x\"\n") ==
          "jobs/r.toml:1:1: title is missing; it must be a text in quotes\njobs/r.toml:1:10: a report needs at least one [[table]]\n"
          "jobs/r.toml:2:1: unknown key in a report \"titel\"; did you mean \"title\"?");
    CHECK(has(faults_of(std::string(k_cake) + "chart = \"barr\"\n"), "jobs/r.toml:8:9: unknown chart \"barr\"; did you mean \"bar\"?"));
    CHECK(has(faults_of("report = \"r\"\ntitle = \"x\"\nparam = [{ name = \"quem\" }]\n[[table]]\nname = \"t\"\nquery = \"select 1\"\n"),
              "jobs/r.toml:3:19: \"quem\" is a value that the engine binds; choose another"));
    CHECK(has(faults_of("report = \"r\"\ntitle = \"x\"\nparam = [{ name = \"json\" }]\n[[table]]\nname = \"t\"\nquery = \"select 1\"\n"),
              "jobs/r.toml:3:19: \"json\" is an option of the command; choose another"));
}

TEST_CASE("the queries of a report are prepared, and what its tables name is looked for", "[job][report]")
{
    Shop shop;
    auto const cakes = report_of(k_cakes);
    Faults none;
    check_report(shop.db, cakes, {cakes, report_of(k_cake)}, {"Taste"}, shop.facts, none);
    CHECK(none.empty());
    Faults faults;
    auto wrong = cakes;
    wrong.tables[0].query = "select id, name, price from cake where name = :nome";
    wrong.tables[0].actions = {"atom:aprove"};
    check_report(shop.db, wrong, {cakes}, {}, shop.facts, faults);
    REQUIRE(faults.all().size() == 3);
    CHECK(faults.all()[0].text() == "jobs/r.toml:4:1: unknown report in detail \"cake\"; did you mean \"cakes\"?");
    CHECK(faults.all()[1].text() == "jobs/r.toml:4:1: unknown action \"atom:aprove\"; did you mean \"atom:approve\"?");
    CHECK(faults.all()[2].text() == "jobs/r.toml:7:9: all: unknown parameter \":nome\"; allowed: :data, :agora, :quem, :status");
    Faults writes;
    wrong.tables[0].query = "delete from cake";
    wrong.tables[0].actions = {};
    check_report(shop.db, wrong, {cakes, report_of(k_cake)}, {}, shop.facts, writes);
    REQUIRE(writes.all().size() == 1);
    CHECK(writes.all()[0].text() == "jobs/r.toml:7:9: all: only reading is allowed here; it would write cake");
}

TEST_CASE("parameters are typed and bound", "[job][report]")
{
    auto const r = report_of(k_cakes);
    ReportMoment const now{"2026-11-04", "2026-11-04 08:00:00", "ana"};
    auto p = report_parameters(r, {}, now);
    CHECK(std::get<std::string>(p["status"]) == "held");
    CHECK(std::get<std::string>(p["data"]) == "2026-11-04");
    p = report_parameters(r, {{"status", ""}, {"data", "03/11/2026"}, {"other", "x"}}, now);
    CHECK(std::holds_alternative<std::monostate>(p["status"]));
    CHECK(std::get<std::string>(p["data"]) == "2026-11-03");
    CHECK(p.count("other") == 0);
    CHECK_THROWS_WITH(report_parameters(r, {{"data", "31/02/2026"}}, now), "data: \"31/02/2026\" não serve");
    Shop shop;
    CHECK(shop.run(r, {{"status", "x' or '1'='1"}}).tables[0].rows.empty());
}

TEST_CASE("JSON and CSV hold exact decimals and ISO dates", "[job][report]")
{
    Shop shop;
    auto const r = report_of(k_cakes);
    CHECK(report_json(shop.run(r)) ==
          R"({"report":"cakes","title":"Cakes","params":{"status":"held","data":"2026-11-04"},"tables":{"all":[)"
          R"({"id":7,"name":"<b>Sponge & \"co\"</b>","price":1234.56,"day":"2026-11-03","status":"held"}]}})");
    CHECK(report_csv(shop.run(r, {{"status", ""}})) ==
          "\xEF\xBB\xBFid;name;price;day;status\r\n7;\"<b>Sponge & \"\"co\"\"</b>\";1234,56;2026-11-03;held\r\n8;'=1+1;;;done\r\n");
}

TEST_CASE("a page escapes, links the first column, and says numbers and dates as people here do", "[online][pages]")
{
    Shop shop;
    auto const r = report_of(k_cakes);
    auto const others = std::vector<Report>{r, report_of(k_cake)};
    Frame frame;
    frame.title = "T";
    frame.user = "ana<>";
    ReportView view;
    view.open = {"cakes", "cake"};
    auto const html = report_page(frame, r, others, shop.run(r), view);
    CHECK(has(html, "<h2 id=\"t-all\">All &lt;cakes&gt;</h2><span class=\"n\">1 linha</span>"));
    CHECK(has(html, "&lt;b&gt;Sponge &amp; &quot;co&quot;&lt;/b&gt;"));
    CHECK_FALSE(has(html, "<b>Sponge"));
    CHECK(has(html, "<th scope=\"col\">The name</th>"));
    CHECK(has(html, "<td class=\"num\" data-label=\"Price\">1.234,56</td>"));
    CHECK(has(html, "03/11/2026"));
    CHECK(has(html, "<a href=\"/relatorios/cake?number=7&amp;status=held\">7</a>"));
    CHECK(has(html, "<span class=\"pill warn\" title=\"held\">retido</span>"));
    CHECK(has(html, "ana&lt;&gt;"));
    CHECK_FALSE(has(html, "<script"));
    CHECK_FALSE(has(html, " style="));
    CHECK_FALSE(has(html, "class=\"acts\"")); // no action was offered
    view.open = {"cakes"};
    CHECK_FALSE(has(report_page(frame, r, others, shop.run(r), view), "/relatorios/cake?"));
    CHECK(has(report_page(frame, r, others, shop.run(r, {{"status", ""}}, 1), view), "São as primeiras 1 linhas; o CSV tem todas."));
}

TEST_CASE("a row's forms are made from the endpoint's layout, the engine's own for files of their status", "[online][pages]")
{
    Shop shop;
    auto const r = report_of(k_cakes);
    Field id, by, taste;
    id.name = "id";
    by.name = "status";
    taste.name = "taste";
    taste.label = "How <is> it";
    taste.required = true;
    taste.values = {{"Good", {}}, {"So-so", {}}};
    ReportView view;
    view.query = "status=";
    view.actions = {{"atom:approve", "", {}, {}}, {"Taste", "Taste it", {id, by, taste}, {"id"}}};
    Frame frame;
    frame.form_key = "k3y";
    auto const html = report_page(frame, r, {r}, shop.run(r, {{"status", ""}}), view);
    CHECK(has(html,
              "<details class=\"act\"><summary>Aprovar</summary><form class=\"action\" method=\"post\" action=\"/relatorios/cakes\">"
              "<input type=\"hidden\" name=\"atom.chave\" value=\"k3y\"><input type=\"hidden\" name=\"atom.acao\" value=\"atom:approve\">"
              "<input type=\"hidden\" name=\"atom.volta\" value=\"status=\"><input type=\"hidden\" name=\"atom.arquivo\" value=\"7\">"));
    CHECK_FALSE(has(html, "name=\"atom.arquivo\" value=\"8\"")); // it is done: there is nothing to approve
    CHECK(has(html, "<input type=\"hidden\" name=\"id\" value=\"7\"><input type=\"hidden\" name=\"status\" value=\"held\">"));
    CHECK(has(html, "<label for=\"f7-taste\">How &lt;is&gt; it</label><select id=\"f7-taste\" name=\"taste\" required>"
                    "<option value=\"Good\">Good</option><option value=\"So-so\">So-so</option></select>"));
}

TEST_CASE("charts are drawn from the first column and the first numbers", "[online][pages]")
{
    Shop shop;
    auto const drawn = [&](std::string const &kind) {
        auto const r = report_of("report = \"r\"\ntitle = \"x\"\n[[table]]\nname = \"t\"\nchart = \"" + kind +
                                 "\"\nquery = \"select name, status, id from cake\"\n");
        return chart_of(shop.run(r).tables[0]);
    };
    CHECK(drawn("bar") ==
          "<ul class=\"bars\" aria-label=\"t\"><li><span class=\"what\">&lt;b&gt;Sponge &amp; &quot;co&quot;&lt;/b&gt;</span>"
          "<svg aria-hidden=\"true\"><rect x=\"0.00%\" width=\"87.50%\" height=\"100%\" rx=\"4\" class=\"f1\"/></svg>"
          "<span class=\"strong\">7</span></li><li><span class=\"what\">=1+1</span>"
          "<svg aria-hidden=\"true\"><rect x=\"0.00%\" width=\"100.00%\" height=\"100%\" rx=\"4\" class=\"f1\"/></svg>"
          "<span class=\"strong\">8</span></li></ul>");
    CHECK(has(drawn("funnel"), "<rect x=\"6.25%\" width=\"87.50%\""));
    CHECK(has(drawn("funnel"), "8 (114%)"));
    CHECK(has(drawn("pie"), "Z\"><title>=1+1: 8</title></path></svg><ul class=\"legend\" aria-label=\"t\"><li>"));
    CHECK(has(drawn("pie"), "<span class=\"what\">=1+1</span><span class=\"strong\">8 · 53%</span></li></ul></div>"));
    CHECK(has(drawn("line"), "<title>=1+1: 8</title></circle></svg>"));
    auto const empty =
        report_of("report = \"r\"\ntitle = \"x\"\n[[table]]\nname = \"t\"\nchart = \"pie\"\nquery = \"select name, status from cake\"\n");
    CHECK(chart_of(shop.run(empty).tables[0]).empty());
}
