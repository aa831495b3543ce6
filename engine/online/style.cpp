// The style sheet (declared in html.hpp). Colours are variables, once for light and once for dark; below 44em tables become cards.

#include "engine/online/html.hpp"

namespace atom {

namespace {

constexpr std::string_view k_style = R"css(
:root{color-scheme:light dark;--page:#f4f6f9;--card:#fff;--ink:#17202b;--soft:#5a6675;--line:#e1e6ed;--hover:#f7f9fc;--accent:#1d5bb8;--on-accent:#fff;
--tint:#e8f0fc;--good:#17693f;--good-tint:#e2f4ea;--warn:#865400;--warn-tint:#fdf0d8;--bad:#a8231c;--bad-tint:#fce8e6;--calm:#4b5766;--calm-tint:#edf0f4;
--c1:#2f6fd0;--c2:#1f9e89;--c3:#e08a1e;--c4:#8a5cc9;--c5:#d1495b;--c6:#6b8e23;--c7:#3fa7d6;--c8:#8d6e63;--shadow:0 1px 2px rgba(16,24,40,.06),0 1px 3px rgba(16,24,40,.08)}
@media (prefers-color-scheme:dark){:root{--page:#0f141b;--card:#18202a;--ink:#e7ecf3;--soft:#9aa7b8;--line:#2a3441;--hover:#1d2632;--accent:#86b4ff;--on-accent:#0b1728;
--tint:#1c2f4d;--good:#7fd6a6;--good-tint:#15352a;--warn:#f2c26b;--warn-tint:#3a2c10;--bad:#ff9d94;--bad-tint:#431d1d;--calm:#b3bfce;--calm-tint:#28323f;
--c1:#6aa1f4;--c2:#43c3ac;--c3:#f0ab52;--c4:#b18be8;--c5:#ee7f8e;--c6:#a3c455;--c7:#74c7ec;--c8:#b79a8f;--shadow:none}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,"Liberation Sans",sans-serif}
a{color:var(--accent);text-decoration:none}
a:hover{text-decoration:underline}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px;border-radius:4px}
.skip{position:absolute;left:-99em}
.skip:focus{left:1em;top:.6em;background:var(--card);padding:.5em 1em;z-index:9}
header{background:var(--card);border-bottom:1px solid var(--line)}
.bar{max-width:82em;margin:0 auto;padding:.6em 1.2em;display:flex;align-items:center;gap:1.2em}
.brand{font-weight:700;letter-spacing:.01em;color:var(--ink)}
.brand:hover{text-decoration:none}
nav{flex:1;min-width:0}
nav ul{display:flex;gap:.2em;list-style:none;margin:0;padding:2px;overflow-x:auto}
nav a{display:block;white-space:nowrap;padding:.3em .75em;border-radius:99px;color:var(--soft)}
nav a:hover{background:var(--calm-tint);text-decoration:none}
nav a[aria-current]{background:var(--tint);color:var(--accent);font-weight:600}
.who{display:flex;align-items:center;gap:.8em;color:var(--soft);white-space:nowrap;font-size:.93em}
main{max-width:82em;margin:0 auto;padding:1.4em 1.2em 4em}
h1{font-size:1.55em;line-height:1.25;margin:.1em 0 .15em;letter-spacing:-.01em}
h2{font-size:1.06em;margin:0}
.lead{color:var(--soft);margin:.1em 0 1.1em;max-width:60em}
.card{background:var(--card);border:1px solid var(--line);border-radius:12px;box-shadow:var(--shadow);margin:1.1em 0;overflow:hidden}
.top{display:flex;flex-wrap:wrap;align-items:baseline;gap:.2em .8em;padding:.85em 1.1em}
.top .n{color:var(--soft);font-size:.93em}
.top .files{margin-left:auto;display:flex;gap:.9em;font-size:.9em}
.note{padding:.1em 1.1em 1em;margin:0;color:var(--soft)}
.scroll{overflow-x:auto;border-top:1px solid var(--line)}
table{border-collapse:collapse;width:100%;font-size:.95em}
th,td{padding:8px 12px;text-align:left;vertical-align:top}
th:first-child,td:first-child{padding-left:17px}
th:last-child,td:last-child{padding-right:17px}
th{color:var(--soft);font-weight:600;font-size:.88em;white-space:nowrap;border-bottom:1px solid var(--line)}
tbody tr+tr td{border-top:1px solid var(--line)}
tbody tr:hover{background:var(--hover)}
.num{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
td.t{max-width:34em;overflow-wrap:anywhere}
td.d{white-space:nowrap;font-variant-numeric:tabular-nums}
.pill{display:inline-block;padding:.05em .65em;border-radius:99px;font-size:.88em;font-weight:600;background:var(--calm-tint);color:var(--calm)}
.pill.good{background:var(--good-tint);color:var(--good)}
.pill.warn{background:var(--warn-tint);color:var(--warn)}
.pill.bad{background:var(--bad-tint);color:var(--bad)}
.pill.info{background:var(--tint);color:var(--accent)}
dl{display:grid;grid-template-columns:repeat(auto-fill,minmax(13.5em,1fr));gap:.2em 1.2em;margin:0;padding:.7em 1.1em 1em;border-top:1px solid var(--line)}
dl>div{padding:.3em 0}
dt{color:var(--soft);font-size:.86em}
dd{margin:0;overflow-wrap:anywhere;white-space:pre-line}
form.filters{display:flex;flex-wrap:wrap;gap:.8em 1em;align-items:end;padding:.9em 1.1em}
label,.field>span{display:block;font-size:.88em;color:var(--soft);margin-bottom:.2em}
.field{min-width:11em}
.field small{display:block;color:var(--soft);margin-top:.2em}
input,select,textarea{font:inherit;color:var(--ink);background:var(--page);border:1px solid var(--line);border-radius:8px;padding:.42em .65em;width:100%;min-height:2.5em}
button,.button{font:inherit;font-weight:600;border:0;border-radius:8px;padding:.5em 1.1em;min-height:2.5em;background:var(--accent);color:var(--on-accent);cursor:pointer}
button:hover{filter:brightness(1.07)}
button.quiet{background:none;color:var(--accent);padding:.2em .4em;min-height:0;font-weight:400}
.acts{display:flex;flex-wrap:wrap;gap:.5em}
details.act summary{display:inline-block;cursor:pointer;list-style:none;padding:.18em .8em;border:1px solid var(--line);border-radius:99px;color:var(--accent);font-weight:600;font-size:.92em;white-space:nowrap}
details.act summary::-webkit-details-marker{display:none}
details.act summary:hover{background:var(--tint)}
details.act[open]{flex-basis:100%}
details.act[open] summary{background:var(--tint)}
form.action{padding:.9em 0 .3em;display:grid;gap:.8em;max-width:44em}
section>form.action{padding:.2em 1.1em 1.1em;border-top:1px solid var(--line)}
section>form.action h3{font-size:1em;margin:.8em 0 0}
fieldset{border:0;padding:0;margin:0;min-width:0}
legend{padding:0;font-size:.88em;color:var(--soft);margin-bottom:.35em}
.choices{display:flex;flex-wrap:wrap;gap:.5em}
.choices label{margin:0;position:relative}
.choices input{position:absolute;opacity:0;width:100%;height:100%;margin:0;cursor:pointer}
.choices span{display:block;font-size:1.08em;padding:.38em .95em;border:1px solid var(--line);border-radius:99px;background:var(--page);color:var(--ink)}
.choices input:hover+span{border-color:var(--accent)}
.choices input:checked+span{background:var(--accent);border-color:var(--accent);color:var(--on-accent);font-weight:600}
.choices input:focus-visible+span{outline:2px solid var(--accent);outline-offset:2px}
.say{border-radius:12px;padding:.75em 1.1em;margin:1em 0;background:var(--good-tint);color:var(--good)}
.say.bad{background:var(--bad-tint);color:var(--bad)}
.chart{padding:.4em 1.1em 1em;border-top:1px solid var(--line)}
.chart svg{display:block;width:100%;max-width:44em;height:auto}
.bars,.legend{display:grid;grid-template-columns:fit-content(45%) minmax(0,1fr) auto;gap:.55em .9em;align-items:center;max-width:44em;margin:.6em 0 0;padding:0;list-style:none}
.bars li,.legend li{display:contents}
.bars svg{height:1.35em}
.what{overflow-wrap:anywhere}
.pie{display:flex;flex-wrap:wrap;gap:1em 2em;align-items:center;max-width:44em}
.pie>svg{width:220px;flex:none}
.legend{grid-template-columns:.8em minmax(0,1fr) auto;flex:1 1 14em;margin:0}
.legend svg{height:.8em}
.chart text{fill:var(--ink);font-size:13px}
.chart .axis{fill:var(--soft);font-size:11px}
.chart .rule{stroke:var(--line);stroke-width:1}
.chart .path{fill:none;stroke:var(--c1);stroke-width:2.5;stroke-linejoin:round;stroke-linecap:round}
.chart .dot{fill:var(--card);stroke:var(--c1);stroke-width:2}
.f1{fill:var(--c1)}.f2{fill:var(--c2)}.f3{fill:var(--c3)}.f4{fill:var(--c4)}.f5{fill:var(--c5)}.f6{fill:var(--c6)}.f7{fill:var(--c7)}.f8{fill:var(--c8)}
.middle{text-anchor:middle}.end{text-anchor:end}.strong{font-weight:600}
.sign{max-width:25em;margin:12vh auto 0}
.sign form{display:grid;gap:1em;padding:1.1em}
footer{color:var(--soft);font-size:.86em;margin-top:1.5em}
@media (max-width:44em){
.bar{flex-wrap:wrap;gap:.3em 1em;padding:.6em .9em}nav{order:3;flex-basis:100%}.who{margin-left:auto}
main{padding:1em .7em 3em}h1{font-size:1.35em}
.field{min-width:0;flex:1 1 100%}form.filters button{flex:1}
.scroll{overflow:visible}
table,tbody,tr,td{display:block}thead{position:absolute;left:-99em}
tbody tr{padding:.6em 1.1em}tbody tr+tr{border-top:1px solid var(--line)}tbody tr+tr td{border-top:0}
th,td,td:first-child,td:last-child{padding:.16em 0}
td,td.num{display:flex;gap:1em;justify-content:space-between;text-align:right;white-space:normal;max-width:none}
td::before{content:attr(data-label);color:var(--soft);font-size:.9em;flex:0 0 38%;text-align:left}
td.acts-cell{display:block;text-align:left;padding-top:.5em}td.acts-cell::before{content:none}td:empty{display:none}
dl{grid-template-columns:1fr;gap:0}dl>div{display:flex;gap:1em;justify-content:space-between}dd{text-align:right}
dt{flex:0 0 42%}
.bars{grid-template-columns:minmax(0,1fr) auto;row-gap:.1em}.bars .what{grid-column:1/-1}.bars li+li .what{margin-top:.6em}
}
@media print{header,form,.files,details.act{display:none}.card{box-shadow:none;break-inside:avoid}body{background:#fff}}
)css";

} // namespace

std::string_view style_sheet() { return k_style; }

} // namespace atom
