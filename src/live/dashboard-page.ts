import { documentHtml } from '../report/html/document.ts'
import { style } from '../report/html/style.ts'
import { dashboardScript } from './dashboard-script.ts'

const dashboardStyle = `${style}
.bar-top{display:flex;flex-wrap:wrap;gap:.6rem 1.4rem;align-items:center;margin:.6rem 0 0}
.bar-top fieldset,.desk fieldset{border:0;margin:0;padding:0;display:flex;flex-wrap:wrap;gap:.4rem .8rem;align-items:center}
#state::before{content:"";display:inline-block;width:.6em;height:.6em;border-radius:50%;background:var(--bad);margin-right:.45em}
body[data-state=live] #state::before{background:var(--good)}
.desk{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,24rem),1fr));gap:1rem 2rem;margin:1.2rem 0 0;background:var(--panel);border:1px solid var(--line);border-radius:.6rem;padding:.9rem 1rem}
.desk h2,.desk legend{font-size:.87rem;font-weight:600;color:var(--soft);padding:0;margin:0 0 .4rem;float:left;width:100%}
button.act,.desk button,#key button{font:inherit;font-size:.9rem;color:var(--ink);background:var(--back);border:1px solid var(--line);border-radius:.4rem;padding:.25rem .7rem;cursor:pointer}
button.act:hover,.desk button:hover{border-color:var(--with)}
button[aria-pressed=true]{border-color:var(--with);box-shadow:inset 0 0 0 1px var(--with);font-weight:600}
button.danger{color:var(--bad)}
td button.act{padding:.05rem .55rem;font-size:.82rem;margin-left:.3rem}
input[type=text],input[type=password]{font:inherit;font-size:.9rem;color:var(--ink);background:var(--back);border:1px solid var(--line);border-radius:.4rem;padding:.25rem .6rem;min-width:0;width:14rem;max-width:100%}
#said{min-height:1.5em;grid-column:1/-1;margin:0;font-size:.9rem}
#key{margin:1rem 0;border:1px solid var(--bad);border-radius:.6rem;padding:.8rem 1rem}
.up{color:var(--good)}.gone{color:var(--bad);font-weight:600}
.down{stroke:var(--bad);stroke-width:2.2;stroke-linecap:round}
.pops .idle{fill:none;stroke:var(--soft);stroke-width:1}
section{margin-top:2rem}
@media print{.desk,.bar-top fieldset,#key{display:none}}
`

/**
 * The page of the dashboard: a frame without a word about the network, because whoever asks for it has not shown a token yet. What
 * is in it comes later, over the stream of events.
 */
export function dashboardHtml(): string {
  const section = (id: string, title: string, content: string): string =>
    `<section aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2>${content}</section>`
  const radio = (id: string, label: string, isOn: boolean): string =>
    `<label><input type="radio" name="span" id="${id}"${isOn ? ' checked' : ''}> ${label}</label>`
  const body = [
    '<header><h1 id="title">A running network</h1><p class="meta" id="facts"></p>',
    `<div class="bar-top"><span id="state" role="status">connecting</span><fieldset aria-label="Which requests are shown">${radio('span-start', 'since the start', true)}${radio('span-minute', 'the last minute', false)}</fieldset><span><a href="/report.html" id="save-report">Report of all this as a page</a></span></div>`,
    '<form id="key" hidden><label>The token that <code>cdnlab serve</code> printed: <input type="password" id="token" autocomplete="off" required></label> <button>Use it</button></form>',
    '<div class="cards" id="cards"></div></header>',
    '<main><div class="desk">',
    '<form id="purge"><fieldset><legend>Purge</legend><input type="text" id="purge-path" aria-label="Path to purge, or a beginning that ends in *" placeholder="/a.jpg or /news/*"> <label><input type="checkbox" id="purge-soft"> soft</label> <button>Purge</button> <button type="button" class="danger" data-path="/purge" data-body="{&quot;all&quot;:true}">Everything</button></fieldset></form>',
    '<div id="origin"></div><p id="said" role="status"></p></div>',
    section('world-map', 'Now', '<div id="map"></div>'),
    section('time', 'The last ten minutes', '<div id="timeline"></div>'),
    section('list', 'PoPs', '<div id="pops"></div>'),
    section('reasons', 'What reaches the origin, and why', '<div id="why"></div>'),
    section('people', 'Cities', '<div id="cities"></div>'),
    '</main>',
  ].join('')
  return documentHtml({
    title: 'cdnlab: a running network',
    style: dashboardStyle,
    script: dashboardScript,
    body,
    asksItsServer: true,
  })
}
