/** The style of the page. Every state has a word, and a mark by shape as well as by colour. */
export const style = `:root {
  color-scheme: light dark;
  --ground: #fbfbfa;
  --panel: #ffffff;
  --text: #1d2126;
  --soft: #59616b;
  --line: #dcdfe3;
  --code: #f0f1f3;
  --link: #0b57a4;
  --good: #1a7337;
  --warn: #8a5a00;
  --bad: #b3261e;
  --unknown: #59616b;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --ground: #14171b;
    --panel: #1b1f24;
    --text: #e4e7ea;
    --soft: #a3abb5;
    --line: #333940;
    --code: #272c33;
    --link: #7db8f5;
    --good: #5fc37e;
    --warn: #e0ab4b;
    --bad: #ff8a80;
    --unknown: #a3abb5;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0;
  background: var(--ground);
  color: var(--text);
  font: 15px/1.45 system-ui, "Segoe UI", "Liberation Sans", sans-serif;
  font-variant-numeric: tabular-nums;
  overflow-wrap: anywhere;
}
header, main, footer { max-width: 84rem; margin: 0 auto; padding: 0 1.25rem; }
h1, h2, h3, p, dl, pre { margin: 0; }
h1 { font-size: 1.35rem; font-weight: 600; }
h2 { font-size: .95rem; font-weight: 600; margin-bottom: .5rem; }
h3 { font-size: .9rem; font-weight: 600; }
a { color: var(--link); }
a:focus-visible, [tabindex]:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
code, pre { font: .87em/1.5 ui-monospace, "DejaVu Sans Mono", "Liberation Mono", monospace; }
pre { background: var(--code); padding: .5rem .7rem; margin: .35rem 0; white-space: pre-wrap; }
.small { color: var(--soft); font-size: .85em; }
.number, .when, .small { font-weight: 400; }
.skip { position: absolute; left: -99rem; }
.skip:focus { left: 1rem; top: .5rem; background: var(--panel); padding: .3rem .6rem; }

header { padding-top: 1.1rem; display: flex; flex-wrap: wrap; gap: .2rem 1.5rem; align-items: baseline; }
header p { color: var(--soft); }
.simulated {
  flex-basis: 100%;
  border: 3px double var(--bad);
  color: var(--bad);
  font-size: 1.5rem;
  font-weight: 700;
  line-height: 1.2;
  text-align: center;
  padding: .5rem;
  margin-bottom: .6rem;
}
.simulated span { display: block; font-size: .95rem; font-weight: 400; }

.verdict { border-left: .5rem solid var(--unknown); background: var(--panel); padding: .8rem 1.1rem; margin: .8rem 0 1rem; }
.verdict p { max-width: 75ch; }
.verdict .word { font-size: 2rem; line-height: 1.15; font-weight: 700; color: var(--unknown); margin-bottom: .25rem; }
.verdict.good { border-left-color: var(--good); }
.verdict.warn { border-left-color: var(--warn); }
.verdict.bad { border-left: 1rem solid var(--bad); }
.verdict.good .word, .verdict.warn .word { color: var(--good); }
.verdict.bad .word { color: var(--bad); }

.grid { display: grid; grid-template-columns: minmax(0, 1fr); gap: 1rem; }
.grid > div { display: grid; gap: 1rem; align-content: start; min-width: 0; }
section.panel { background: var(--panel); border: 1px solid var(--line); padding: .8rem 1rem; min-width: 0; }
section.panel > p + p, .remedies p, .scroll + p { margin-top: .3rem; }
.remedies { margin-top: .6rem; }
@media (min-width: 64rem) { .grid { grid-template-columns: minmax(0, 3fr) minmax(0, 2fr); } }

.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .93em; }
th, td { text-align: left; vertical-align: top; padding: .3rem .8rem .3rem 0; border-top: 1px solid var(--line); }
th:last-child, td:last-child { padding-right: 0; }
thead th { border-top: 0; padding-top: 0; color: var(--soft); font-weight: 400; font-size: .85rem; vertical-align: bottom; }
tbody th { font-weight: 600; min-width: 6.5rem; }
td { min-width: 4.5rem; }
table { overflow-wrap: break-word; }
.when { white-space: nowrap; }
.tag { font-size: .78rem; font-weight: 400; border: 1px solid var(--line); padding: 0 .3rem; white-space: nowrap; }
.changes { list-style: none; margin: 0; padding: 0; font-size: .93em; }
.changes li { display: grid; grid-template-columns: 9.5rem 13rem minmax(0, 1fr); gap: 0 .9rem; padding: .3rem 0; border-top: 1px solid var(--line); }
.changes li:first-child { border-top: 0; padding-top: 0; }
.ago { color: var(--soft); }

.told { position: relative; display: inline-block; padding-left: .95em; color: var(--tone); }
.told::before { content: ""; position: absolute; left: 0; top: .42em; width: 0; height: 0; border: .3em solid var(--tone); }
.good { --tone: var(--good); }
.warn { --tone: var(--warn); }
.bad { --tone: var(--bad); }
.unknown { --tone: var(--unknown); }
.plain { --tone: var(--text); }
.told.good::before { border-radius: 50%; }
.told.warn::before { border-color: transparent; border-bottom-color: var(--tone); border-top-width: 0; border-bottom-width: .6em; border-left-width: .36em; border-right-width: .36em; }
.told.plain::before { border-width: .06em .3em; top: .65em; border-color: var(--soft); }
.told.unknown::before { border-width: .12em; width: .6em; height: .6em; border-radius: 50%; border-style: dotted; }

.figure strong { font-size: 1.35rem; }
.bar { display: block; max-width: 100%; margin: .3rem 0; }
.bar .there { fill: var(--good); stroke: var(--good); }
.bar .gone { fill: none; stroke: var(--unknown); stroke-dasharray: 2 2; }
.bar .mark { stroke: var(--text); stroke-width: 2; }
dl { display: grid; gap: .2rem; margin-top: .5rem; }
dl div { display: flex; flex-wrap: wrap; gap: 0 .6rem; }
dt { color: var(--soft); }
dt code { color: var(--text); }
dd { margin: 0; }
.facts div { display: grid; grid-template-columns: 8.5rem minmax(0, 1fr); }

footer { padding-top: 1.2rem; padding-bottom: 1.5rem; color: var(--soft); font-size: .9em; }
footer ul { display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; list-style: none; margin: 0 0 .3rem; padding: 0; }

.lost .grid, .lost .skip { display: none; }

@media (max-width: 40rem) {
  body { font-size: 14.5px; }
  header, main, footer { padding-left: .75rem; padding-right: .75rem; }
  section.panel { padding: .7rem .75rem; }
  .verdict .word { font-size: 1.6rem; }
  .changes li { grid-template-columns: minmax(0, 1fr); }
  .facts div { grid-template-columns: minmax(0, 1fr); }
}
@media (forced-colors: active) {
  .bar .there { fill: CanvasText; stroke: CanvasText; }
}
@media print {
  body { background: #fff; color: #000; font-size: 10pt; }
  header, main, footer { max-width: none; padding: 0; }
  .grid { display: block; }
  section.panel { border: 0; padding: 0; margin: 0 0 5mm; break-inside: avoid; }
  .scroll { overflow: visible; }
  footer ul, .skip { display: none; }
}
`;
