/** How the page looks: light, dark and on paper. Blue is with the CDN, orange without it; both read with any colour vision. */
export const style = `
:root{color-scheme:light dark;--back:#f7f7f4;--panel:#fff;--ink:#1b2430;--soft:#566070;--line:#dfe2e6;--sea:#f1f4f6;--land:#d9dee3;--coast:#b9c1c9;--with:#1b6cae;--without:#c96a12;--plain:#5c6675;--halo:#fff;--good:#0b7261;--bad:#b3400a;--c0:#1f5f9e;--c1:#5d9ccc;--c2:#98978f;--c3:#e08e3c;--c4:#b5430c}
@media screen and (prefers-color-scheme:dark){:root{--back:#0f141a;--panel:#161c24;--ink:#e6eaef;--soft:#a3adb9;--line:#2b343f;--sea:#131a22;--land:#28323d;--coast:#46525f;--with:#62aeea;--without:#f2a14e;--plain:#a3adb9;--halo:#0f141a;--good:#4cc3a8;--bad:#ff9457;--c0:#4d97dc;--c1:#8cc3ea;--c2:#b3b0a6;--c3:#f0aa5e;--c4:#e8692a}}
*{box-sizing:border-box}
html{font:clamp(15px,.55vw + 11px,20px)/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;background:var(--back);color:var(--ink);-webkit-text-size-adjust:100%}
body{margin:0 auto;max-width:88rem;padding:1.5rem clamp(1rem,3vw,3rem) 4rem}
h1{font-size:clamp(1.5rem,1.1rem + 1.6vw,2.5rem);line-height:1.15;letter-spacing:-.015em;margin:.5rem 0 .4rem;font-weight:650;text-wrap:balance;overflow-wrap:anywhere}
h2{font-size:1.35rem;letter-spacing:-.01em;margin:0 0 .3rem;font-weight:620}
h3{font-size:1rem;margin:0 0 .4rem;font-weight:600}
p{margin:.4rem 0;max-width:74ch}
a{color:var(--with)}
section{margin:3rem 0 0;padding:1.5rem 0 0;border-top:1px solid var(--line)}
.lead,.note,figcaption,.meta{color:var(--soft)}
.note,figcaption,.meta{font-size:.87rem}
.meta span{white-space:nowrap;margin-right:1.1em}
.meta{overflow-wrap:anywhere;max-width:none}
nav{font-size:.9rem;margin:1rem 0 0;display:flex;flex-wrap:wrap;gap:.2rem 1.1rem}
figure{margin:0;min-width:0}
.cards{display:grid;grid-template-columns:repeat(4,minmax(0,1fr));gap:.9rem;margin:1.6rem 0 0}
@media (min-width:1600px){.cards{grid-template-columns:repeat(6,minmax(0,1fr))}}
@media (max-width:60rem){.cards{grid-template-columns:repeat(3,minmax(0,1fr))}}
.card{background:var(--panel);border:1px solid var(--line);border-radius:.6rem;padding:.9rem 1rem}
.card summary{list-style:none;cursor:pointer;display:block}
.card summary::-webkit-details-marker{display:none}
.card b{display:block;font-size:1.75rem;line-height:1.2;font-weight:620;letter-spacing:-.02em;font-variant-numeric:tabular-nums;margin:.1rem 0 .15rem}
.card b small{font-size:.95rem;font-weight:450;color:var(--soft);letter-spacing:0;white-space:nowrap}
.card .label{font-size:.87rem;color:var(--soft)}
.card summary{position:relative}.card .label{display:block;padding-right:3.6em}.card summary::after{content:"formula";position:absolute;top:.15rem;right:0;font-size:.75rem;color:var(--soft);text-decoration:underline dotted;text-underline-offset:.2em}.card[open] summary::after{content:"close"}
.card .under{font-size:.87rem;color:var(--soft);display:block}
.card p{font-size:.87rem;border-top:1px solid var(--line);padding-top:.5rem;margin:.6rem 0 0}
.bar{display:block;width:100%;height:.4rem;border-radius:.2rem;margin:.25rem 0 .2rem;overflow:hidden}
.bar .trough{fill:var(--line)}.with,.bar .with{fill:var(--with)}.without,.bar .without{fill:var(--without)}.plain,.bar .plain{fill:var(--plain)}
.thresholds{list-style:none;padding:0;margin:1.2rem 0 0;display:flex;flex-wrap:wrap;gap:.5rem}
.thresholds li{border:1px solid var(--line);border-radius:2rem;padding:.2rem .8rem;background:var(--panel);font-size:.92rem}
.thresholds .passed b{color:var(--good)}.thresholds .failed b{color:var(--bad)}
.columns{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,24rem),1fr));gap:2rem 3rem}
@media (min-width:60rem){.columns.wide-first{grid-template-columns:3fr 2fr}}
.multiples{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,24rem),1fr));gap:1.4rem 2.2rem}
.plot{display:block;overflow:visible}
.plot text{fill:var(--soft);font-size:clamp(12px,.72rem,14px);font-variant-numeric:tabular-nums}
.axis{stroke:var(--line)}.base{stroke:var(--soft)}
.plot path.with{fill:var(--with);fill-opacity:.62}.plot path.without{fill:var(--without);fill-opacity:.5}
.plot path.line{fill:none;stroke-width:2;stroke-linejoin:round}
path.line.with{stroke:var(--with)}path.line.without{stroke:var(--without)}path.line.plain{stroke:var(--plain)}
.event{stroke:var(--ink);stroke-dasharray:3 3;stroke-width:1.2}
.legend{display:flex;flex-wrap:wrap;gap:.3rem 1.3rem;font-size:.87rem;color:var(--soft);align-items:center;max-width:none}
.key::before{content:"";display:inline-block;width:.8em;height:.8em;border-radius:.15em;margin-right:.45em;vertical-align:-.06em;background:var(--with)}
.key.without::before{background:var(--without)}
.key.dash::before{background:none;border-left:2px dashed var(--ink);border-radius:0;width:0;height:1em;margin-left:.4em}
.key.ring-key::before{background:none;border:2px solid var(--bad);border-radius:50%}
.events{padding-left:1.1rem;font-size:.9rem;columns:22rem;margin:.5rem 0}
.map #world{display:block;width:100%;height:auto;border-radius:.6rem;background:var(--sea)}
.sea{fill:var(--sea)}.land{fill:var(--land)}.coast{fill:none;stroke:var(--coast);stroke-width:.5}
.arc,.detour,.ring{fill:none}
.arc{stroke:var(--with);stroke-width:.7;stroke-opacity:.5}
.detour{stroke:var(--bad);stroke-width:.8;stroke-dasharray:4 3;stroke-opacity:.75}
.ring{stroke:var(--bad);stroke-width:.8}
.cities path{fill:none;stroke-width:2.2;stroke-linecap:round;stroke-opacity:.85}.cities path.busy{stroke-width:4}
.c0{stroke:var(--c0)}.c1{stroke:var(--c1)}.c2{stroke:var(--c2)}.c3{stroke:var(--c3)}.c4{stroke:var(--c4)}
.swatch .c0{fill:var(--c0)}.swatch .c1{fill:var(--c1)}.swatch .c2{fill:var(--c2)}.swatch .c3{fill:var(--c3)}.swatch .c4{fill:var(--c4)}
.pops circle{stroke:var(--halo);stroke-width:.9;fill-opacity:.92}
#here{fill:none;stroke:var(--ink);stroke-width:1.6;pointer-events:none}
#tip{min-height:3em;margin:.5rem 0;max-width:none;font-size:.95rem;overflow-wrap:anywhere}
.swatch{width:1.25em;height:.8em;vertical-align:-.05em}.swatch rect{stroke:none}
.scale b{font-weight:600;color:var(--ink);margin-right:.4em}
.toggles{display:flex;flex-wrap:wrap;gap:.3rem 1.1rem;font-size:.9rem;margin:.8rem 0}
.toggles input{accent-color:var(--with)}
.map:has(#show-pops:not(:checked)) .pops,.map:has(#show-cities:not(:checked)) .cities,.map:has(#show-arcs:not(:checked)) .arcs,.map:has(#show-detours:not(:checked)) .detours,.map:has(#by-latency:checked) .by-saving,.map:has(#by-saving:checked) .by-latency{display:none}
.scroll{overflow:auto;max-height:36rem;border:1px solid var(--line);border-radius:.6rem;background:var(--panel)}
table{border-collapse:collapse;width:100%;font-size:.9rem;font-variant-numeric:tabular-nums}
th,td{text-align:right;padding:.38rem .6rem;white-space:nowrap;font-weight:400}
tbody tr+tr>*{border-top:1px solid var(--line)}
th:first-child{text-align:left}
tbody th{max-width:18rem;overflow:hidden;text-overflow:ellipsis}
thead th{white-space:normal;vertical-align:bottom;line-height:1.25;position:sticky;top:0;background:var(--panel);box-shadow:0 1px var(--line);z-index:1;font-weight:600}
thead button{font:inherit;text-align:inherit;color:inherit;background:none;border:0;padding:.2rem 0;cursor:pointer}
th[aria-sort] button::after{content:"\\00a0\\2193"}th[aria-sort=ascending] button::after{content:"\\00a0\\2191"}
td .bar{width:4.2rem;height:.3rem;margin:.1rem 0 0 auto}
.doc{text-align:left;white-space:normal;min-width:18rem}
.figures td,.figures th{padding:.55rem .8rem}
.reasons td:last-child{width:45%;min-width:6rem}.reasons td .bar{width:100%;height:.7rem;margin:0}
details.data{font-size:.87rem;margin:.5rem 0}
summary{cursor:pointer}
details.data summary{color:var(--soft)}
pre{font:.8rem/1.5 ui-monospace,"Cascadia Mono",Menlo,Consolas,monospace;background:var(--panel);border:1px solid var(--line);border-radius:.6rem;padding:.8rem 1rem;overflow:auto;max-height:32rem;margin:.5rem 0}
.save{font:inherit;color:var(--ink);background:var(--panel);border:1px solid var(--line);border-radius:.4rem;padding:.25rem .7rem;cursor:pointer;margin-top:.5rem}
dl{display:grid;grid-template-columns:minmax(8rem,max-content) 1fr;gap:.3rem 1.4rem;font-size:.9rem;margin:.6rem 0}
dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere;min-width:0}
:focus-visible{outline:2px solid var(--with);outline-offset:2px}
@media (max-width:40rem){.cards{grid-template-columns:repeat(2,minmax(0,1fr));gap:.6rem}.card summary::after{content:none}.card .label{padding:0}.card{padding:.7rem .75rem}.card b{font-size:1.35rem}.card b small{display:block;font-size:.85rem}.scale b{display:block}.figures td,.figures th{padding:.45rem .35rem;font-size:.82rem}.reasons tbody th{white-space:normal;min-width:9rem}.reasons td:last-child{width:20%;min-width:2.5rem}dl{grid-template-columns:1fr;gap:0 0}dd{margin-bottom:.5rem}.meta span{display:inline-block}section{margin-top:2rem}}
@media print{@page{margin:12mm}html,.card,.thresholds li,.scroll,thead th,pre{background:#fff}.sortable tbody tr:nth-child(n+41){display:none}.sortable:has(tr:nth-child(41))::after{content:"On paper the first 40 rows as they are sorted";display:table-caption;caption-side:bottom;text-align:left;font-size:.87em;padding-top:.3rem}.card summary::after{content:none}html{font-size:11px}body{max-width:none;padding:0}nav,.toggles,.save,#tip,details.data{display:none}.scroll{max-height:none;overflow:visible;border:0}figure,.card,tr,.columns{break-inside:avoid}h2,h3{break-after:avoid}thead th{position:static}pre{max-height:none;white-space:pre-wrap}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
`
