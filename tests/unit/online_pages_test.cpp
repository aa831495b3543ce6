// Reports as HTML: what is escaped, what links where, which forms a row has, what is drawn.

#include "engine/base/toml.hpp"
#include "engine/job/report_text.hpp"
#include "engine/job/shown.hpp"
#include "engine/online/action_form.hpp"
#include "engine/online/cell.hpp"
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
    CHECK_THROWS_WITH(report_parameters(r, {{"data", "31/02/2026"}}, now),
                      "data: \"31/02/2026\" não serve; serve uma data, como 03/11/2026");
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
          "id;name;price;day;status\n7;\"<b>Sponge & \"\"co\"\"</b>\";1234,56;2026-11-03;held\n8;'=1+1;;;done\n");
}

TEST_CASE("columns are shown with their marks; files have them as they are", "[job][report]")
{
    CHECK(shown_document("52998224725") == "529.982.247-25");
    CHECK(shown_document("12ABC34501DE35") == "12.ABC.345/01DE-35");
    CHECK(shown_document("5299822472") == "5299822472");
    CHECK(shown_phone("19987650001") == "(19) 98765-0001");
    CHECK(shown_phone("1932345678") == "(19) 3234-5678");
    CHECK(shown_phone("5519987650001") == "+55 (19) 98765-0001");
    CHECK(shown_phone("987650001") == "98765-0001");
    CHECK(shown_phone("08001234567") == "0800 123 4567");
    CHECK(shown_phone("ramal 3") == "ramal 3");
    CHECK(shown_postcode("13010000") == "13010-000");
    CHECK(shown_moment("2026-11-03 02:00:00") == "03/11/2026 02:00");
    ReportColumn phone{"p", "P"};
    phone.show = Show::phone;
    CHECK(shown_cell(phone, std::string("19987650001\n32345678")) == "(19) 98765-0001\n3234-5678");
    CHECK(plain_cell(phone, std::string("19987650001")) == "19987650001");
    CHECK(cell_html(phone, std::string("19987650001\n32345678"), "") ==
          "<a class=\"tel\" href=\"tel:+5519987650001\">(19) 98765-0001</a><br>3234-5678");
    ReportColumn email{"e", "E"};
    email.show = Show::email;
    CHECK(cell_html(email, std::string("a@b.example"), "") == "<a href=\"mailto:a@b.example\">a@b.example</a>");
    CHECK(cell_html(email, std::string("a@b.example?cc=c"), "") == "a@b.example?cc=c");
    CHECK(cell_html({"t", "T"}, std::string(121, 'x') + "<y>", "") == "<details class=\"long\"><summary>" + std::string(120, 'x') +
                                                                          "…</summary><div>" + std::string(121, 'x') +
                                                                          "&lt;y&gt;</div></details>");
    CHECK(has(faults_of(std::string(k_cake) + "show = { id = \"fone\" }\n"),
              "unknown way to show a column \"fone\"; did you mean \"phone\"?"));
    CHECK(has(faults_of(std::string(k_cake) + "rows = 0\n"), "rows"));
}

TEST_CASE("a table is looked at in an order, by what its cells hold, and a page at a time", "[job][report]")
{
    Shop shop;
    shop.db.exec("insert into cake values(9, 'Pão de Ló', 50, '2026-11-05', 'done')");
    auto const r = report_of(k_cakes);
    auto const ids = [&](TableLook const &look) {
        auto const t = run_table(shop.db, r.tables[0], report_parameters(r, {{"status", ""}}, {"2026-11-04", "", ""}), shop.facts, look);
        std::string out = fmt::format("{}{}:", t.found, t.more ? "+" : "");
        for (auto const &row : t.rows) {
            out += fmt::format(" {}", std::get<std::int64_t>(row[0]));
        }
        return out;
    };
    TableLook look;
    CHECK(ids(look) == "3: 7 8 9");
    look.sort = "price";
    CHECK(ids(look) == "3: 9 7 8"); // what has none stands last
    look.falling = true;
    CHECK(ids(look) == "3: 7 9 8");
    look.limit = 1;
    look.first = 1;
    CHECK(ids(look) == "3+: 9");
    look.first = 5;
    CHECK(ids(look) == "3:");
    TableLook holding;
    holding.holding = {{"name", "PAO"}, {"nobody", "x"}};
    CHECK(ids(holding) == "1: 9");
    holding.holding = {{"status", "feito"}, {"day", "05/11"}}; // as a person reads them
    CHECK(ids(holding) == "1: 9");
    holding.holding = {{"price", "1.234"}};
    CHECK(ids(holding) == "1: 7");
    TableLook only;
    only.only = std::pair("id", "8");
    CHECK(ids(only) == "1: 8");
    only.only = std::pair("nobody", "8");
    CHECK(ids(only) == "0:");
    TableLook counted;
    counted.limit = 1;
    CHECK(ids(counted) == "2+: 7"); // one more says that there are more
    counted.counts = 10;
    CHECK(ids(counted) == "3+: 7");
}

TEST_CASE("a page's address says how its tables are looked at", "[online][pages]")
{
    auto const r = report_of(k_cakes);
    PageQuery const query(r, pairs_of("status=held&pagina.all=3&ordem.all=-price&coluna.all=name&texto.all=p%C3%A3o&x=1&atom.feito=y"));
    CHECK(query.text() == "status=held&pagina.all=3&ordem.all=-price&filtro.all.name=p%C3%A3o");
    auto const look = query.look(r.tables[0]);
    CHECK(look.first == 50);
    CHECK(look.sort == "price");
    CHECK(look.falling);
    CHECK(look.holding == std::map<std::string, std::string>{{"name", "pão"}});
    CHECK(query.with("status", "").without("filtro.").text() == "pagina.all=3&ordem.all=-price");
    CHECK(PageQuery(r, pairs_of("pagina.all=0")).page(r.tables[0]) == 1);
    CHECK(PageQuery(r, pairs_of("pagina.all=99999999999999999999")).page(r.tables[0]) == 1);
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
    view.query = PageQuery(r, {{"status", "held"}});
    auto const shown = [&](ReportResult const &result) { return report_page({frame, r, others, result, view}); };
    auto const html = shown(shop.run(r));
    CHECK(has(html, "<h2 id=\"t-all\">All &lt;cakes&gt;</h2><span class=\"n\">1 linha</span>"));
    CHECK(has(html, "&lt;b&gt;Sponge &amp; &quot;co&quot;&lt;/b&gt;"));
    CHECK_FALSE(has(html, "<b>Sponge"));
    CHECK(has(html, "<th scope=\"col\"><a href=\"/relatorios/cakes?status=held&amp;ordem.all=name#t-all\">The name</a></th>"));
    CHECK(has(html, "<td class=\"num\" data-label=\"Price\">1.234,56</td>"));
    CHECK(has(html, "03/11/2026"));
    CHECK(has(html, "<a class=\"row\" href=\"/relatorios/cake?number=7&amp;status=held&amp;atom.lista=cakes.all%3Fstatus%3Dheld\">7</a>"));
    CHECK(has(html, "<span class=\"pill warn\" title=\"held\">retido</span>"));
    CHECK(has(html, "ana&lt;&gt;"));
    CHECK(has(html, "<a href=\"/relatorios/cakes?status=held&amp;data=2026-11-03\">← 03/11/2026</a>"
                    "<a href=\"/relatorios/cakes?status=held\">Hoje</a>"));
    CHECK_FALSE(has(html, "<script"));
    CHECK_FALSE(has(html, " style="));
    CHECK_FALSE(has(html, "class=\"acts\"")); // no action was offered
    view.open = {"cakes"};
    CHECK_FALSE(has(shown(shop.run(r)), "/relatorios/cake?"));
    CHECK(has(shown(shop.run(r, {{"status", ""}}, 1)), "<span>1 a 1 de 2 linhas</span><a class=\"button\" "
                                                       "href=\"/relatorios/cakes?status=held&amp;pagina.all=2#t-all\">Próxima →</a>"));
    view.query = PageQuery(r, {{"status", "gone"}});
    auto const nothing = shown(shop.run(r, {{"status", "gone"}}));
    CHECK(has(nothing, "<p class=\"empty\">Nada encontrado: status gone, data 04/11/2026.</p>"));
    CHECK_FALSE(has(nothing, "<section"));
}

TEST_CASE("nothing stands chosen in a form, and what the engine itself does is asked once more", "[online][pages]")
{
    Shop shop;
    auto const r = report_of(k_cakes);
    Field id, by, taste, why;
    id.name = "id";
    by.name = "day";
    taste.name = "status";
    taste.label = "How <is> it";
    taste.required = true;
    taste.values = {{"held", {}}, {"No - dry", {}}, {"No - old", {}}};
    why.name = "why";
    why.label = "Why";
    ReportView view;
    view.query = PageQuery(r, {{"status", ""}});
    view.actions = {{"atom:approve", "", {}, {}}, {"Taste", "Taste it", {id, by, taste, why}, {"id"}}};
    Frame frame;
    frame.form_key = "k3y";
    frame.user = "ana";
    auto const result = shop.run(r, {{"status", ""}});
    auto const html = report_page({frame, r, {r}, result, view});
    CHECK(has(html, "<a class=\"button\" href=\"/relatorios/cakes?status=&amp;atom.acao=atom%3Aapprove&amp;atom.tabela=all&amp;"
                    "atom.linha=id%3D7\">Aprovar</a>"));
    CHECK_FALSE(has(html, "atom%3Aapprove&amp;atom.tabela=all&amp;atom.linha=id%3D8")); // it is done: there is nothing to approve
    CHECK(has(html, "atom.acao=Taste&amp;atom.tabela=all&amp;atom.linha=id%3D8\">Taste it</a>"));
    CHECK_FALSE(has(html, "method=\"post\""));

    view.requests = {{1, "approve", "7", "bia<", "2026-11-04 08:00:00"}};
    auto const noted = report_page({frame, r, {r}, result, view});
    CHECK(has(noted, "<input type=\"hidden\" name=\"atom.arquivo\" value=\"7\"><input type=\"hidden\" name=\"atom.retirar\" value=\"sim\">"
                     "<span>Aprovado por bia&lt; em 04/11/2026 08:00; roda na próxima volta.</span>"));
    CHECK_FALSE(has(noted, ">Aprovar<"));
    view.requests.clear();

    auto const asking = [&](std::size_t action) {
        TableLook look;
        look.limit = 1;
        view.asked = AskedRow{&view.actions[action], run_table(shop.db, r.tables[0], result.parameters, shop.facts, look)};
        return report_page({frame, r, {r}, result, view});
    };
    auto const approve = asking(0);
    CHECK(has(approve, "<dt>Price</dt><dd>1.234,56</dd>"));
    CHECK(has(approve,
              "<input type=\"hidden\" name=\"atom.chave\" value=\"k3y\"><input type=\"hidden\" name=\"atom.acao\" value=\"atom:approve\">"
              "<input type=\"hidden\" name=\"atom.volta\" value=\"status=\"><input type=\"hidden\" name=\"atom.arquivo\" value=\"7\">"));
    CHECK(has(approve, "Quem decide: <strong>ana</strong>."));
    CHECK(has(approve, "<button>Confirmar</button>"));
    CHECK_FALSE(has(approve, "<table"));
    auto const form = asking(1);
    CHECK(has(form, "<input type=\"hidden\" name=\"id\" value=\"7\"><input type=\"hidden\" name=\"day\" value=\"2026-11-03\">"));
    CHECK(
        has(form,
            "<legend>How &lt;is&gt; it</legend><div class=\"choices\"><label><input type=\"radio\" name=\"status\" value=\"held\" required>"
            "<span>held</span></label></div><p class=\"group\">No</p><div class=\"choices\"><label><input type=\"radio\" name=\"status\" "
            "value=\"No - dry\" required><span>dry</span></label>"));
    CHECK_FALSE(has(form, " checked"));
    CHECK(has(form, "<textarea id=\"f-why\" name=\"why\" rows=\"3\">\n</textarea>"));
    auto const list = input_field(taste, "", "p-", false);
    CHECK(has(list, "<select id=\"p-status\" name=\"status\" required><option value=\"\" selected>–</option><option value=\"held\">"));
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
