// How the page looks: one style sheet, allowed by its digest, and the symbols that stand beside words.
import { createHash } from 'node:crypto';
import { type Html, html, styleElement } from './html.ts';

/** The colours of the two schemes; every text has a contrast of at least 4.5 to what it stands on (WCAG 2.2, 1.4.3). */
export const schemes = {
  light: {
    page: '#f4f6f9',
    card: '#ffffff',
    text: '#161b22',
    faint: '#556070',
    line: '#d6dce4',
    track: '#e9edf2',
    accent: '#2150b5',
    good: '#14692e',
    'good-tint': '#e6f4ea',
    bad: '#b01e1e',
    'bad-tint': '#fdebea',
    note: '#855000',
    'note-tint': '#fdf3dc',
    'accent-tint': '#e8eefb',
  },
  dark: {
    page: '#0e1217',
    card: '#161b22',
    text: '#e7ebf0',
    faint: '#9ba6b4',
    line: '#2e3743',
    track: '#222a34',
    accent: '#8fb4ff',
    good: '#6fcf8b',
    'good-tint': '#13291b',
    bad: '#ff938a',
    'bad-tint': '#341a1b',
    note: '#f0b952',
    'note-tint': '#302511',
    'accent-tint': '#18243d',
  },
} as const;

const variables = (scheme: Readonly<Record<string, string>>) =>
  Object.entries(scheme)
    .map(([name, colour]) => `--${name}:${colour};`)
    .join('');

const screen = `
*{box-sizing:border-box}
html{font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;-webkit-text-size-adjust:100%;background:var(--page);color:var(--text);scroll-behavior:smooth}
body{margin:0 auto;max-width:62rem;padding:0 1.25rem 3rem}
h1,h2,h3,h4,p,dl,ol,ul,table{margin:0}
h1{font-size:1.9rem;line-height:1.2;letter-spacing:-.015em}
h2{font-size:1.2rem;line-height:1.35}
h3{font-size:1rem;margin:2rem 0 .75rem}
h4{font-size:.95rem;margin:0 0 .35rem}
a{color:var(--accent)}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px;border-radius:4px}
code,.digest{font:.875em/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;overflow-wrap:anywhere;unicode-bidi:isolate}
.digest{user-select:all;-webkit-user-select:all}
.quoted,bdi{overflow-wrap:anywhere}
.skip{position:absolute;left:-999rem}
.skip:focus{left:1rem;top:.5rem;background:var(--card);padding:.5rem 1rem;z-index:1}
.icons{position:absolute;width:0;height:0}
header{display:flex;flex-wrap:wrap;justify-content:space-between;gap:.25rem 1rem;padding:1.25rem 0 1rem;color:var(--faint);font-size:.9rem}
.brand{font-weight:700;color:var(--text)}
.brand span{font-weight:400;color:var(--faint)}
main>section{background:var(--card);border:1px solid var(--line);border-radius:14px;padding:1.4rem 1.6rem;margin:0 0 1.1rem}
main>section>h2{margin-bottom:.9rem}
.headline{display:flex;gap:1.25rem;border-width:0 0 0 6px!important}
.headline>div{flex:1;min-width:0}
.headline p,.headline .warnings{margin-top:.5rem}
.headline.good{background:var(--good-tint)!important;border-color:var(--good)!important}
.headline.bad{background:var(--bad-tint)!important;border-color:var(--bad)!important}
.headline.note{background:var(--note-tint)!important;border-color:var(--note)!important}
.headline.good h1{color:var(--good)}.headline.bad h1{color:var(--bad)}.headline.note h1{color:var(--note)}
.headline a{color:inherit}
.headline dt{color:var(--text)}
.seal{width:3rem;height:3rem;flex:none}
.good>.seal,.tone-good{color:var(--good)}.bad>.seal,.tone-bad{color:var(--bad)}.note>.seal,.tone-note{color:var(--note)}.tone-plain,.tone-none{color:var(--faint)}
.reason{margin-top:1.1rem;padding-top:1rem;border-top:1px solid var(--line)}
.reason h2{font-size:1.05rem;margin-bottom:.4rem}
.warnings{padding-left:1.2rem}
dl{display:grid;gap:.3rem}
dl>div{display:grid;grid-template-columns:10rem minmax(0,1fr);gap:0 1rem}
dt{color:var(--faint)}
dd{margin:0;min-width:0;overflow-wrap:anywhere}
dd ul{padding-left:1.1rem}
details>summary{cursor:pointer}
.signature summary h2{display:inline;margin-right:.6rem}
.signature>details>summary{list-style-position:outside;margin-left:1rem}
.signature>details[open]>summary{margin-bottom:1rem}
.pill{display:inline-flex;align-items:center;gap:.4rem;border-radius:999px;padding:.1rem .8rem .1rem .4rem;font-weight:600;font-size:.9rem}
.pill svg{width:1.1rem;height:1.1rem;flex:none}
.pill.good{background:var(--good-tint);color:var(--good)}.pill.bad{background:var(--bad-tint);color:var(--bad)}.pill.note{background:var(--note-tint);color:var(--note)}
.steps{list-style:none;padding:0;border:1px solid var(--line);border-radius:10px}
.steps>li{display:flex;gap:.9rem;padding:.75rem 1rem}
.steps>li+li{border-top:1px solid var(--line)}
.steps>li>div{flex:1;min-width:0}
.steps .mark{width:1.4rem;height:1.4rem;flex:none;margin-top:.1rem}
.steps .good .mark,.steps .good .verdict{color:var(--good)}.steps .bad .mark,.steps .bad .verdict{color:var(--bad)}.steps .note .mark,.steps .note .verdict{color:var(--note)}.steps .plain .mark,.steps .plain .verdict{color:var(--faint)}
.steps .bad{background:var(--bad-tint)}.steps .note{background:var(--note-tint)}
.steps .bad .asks,.steps .bad dt,.steps .bad .action,.steps .note .asks,.steps .note dt,.steps .note .action{color:var(--text)}
.steps .plain strong{color:var(--faint)}
.step-title{display:flex;flex-wrap:wrap;gap:0 .6rem;align-items:baseline}
.verdict{font-weight:600}
.action{color:var(--faint);font-size:.85rem;margin-left:auto}
.asks{color:var(--faint);font-size:.9rem}
.steps dl{margin-top:.45rem;font-size:.9rem}
.steps dl>div{grid-template-columns:7rem minmax(0,1fr)}
.remark-line{color:var(--faint);font-size:.9rem;margin-bottom:.75rem}
table{border-collapse:collapse;width:100%;font-size:.9rem;margin-top:.75rem}
caption{text-align:left;font-weight:600;padding-bottom:.35rem}
th,td{text-align:left;vertical-align:top;padding:.4rem .75rem .4rem 0;border-top:1px solid var(--line);overflow-wrap:anywhere}
th{font-weight:400}
thead th{color:var(--faint);border-top:0}
.more{margin-top:.75rem;font-size:.9rem}
.more>summary{color:var(--accent)}
.certificates{padding-left:1.2rem;margin-top:.75rem;display:grid;gap:1rem}
.picture svg{display:block;max-width:100%;height:auto}
.narrow{display:none!important}
.card{fill:var(--card);stroke:var(--line);stroke-width:1.5}
.card.good{stroke:var(--good);stroke-width:2.5}.card.bad{stroke:var(--bad);stroke-width:2.5;stroke-dasharray:7 5}
.badge{stroke-width:2}.badge.good{fill:var(--good-tint);stroke:var(--good)}.badge.bad{fill:var(--bad-tint);stroke:var(--bad)}
svg text{fill:var(--text);font-family:inherit;font-size:12.5px;unicode-bidi:isolate}
svg .faint,svg .tick{fill:var(--faint);font-size:12px}
svg .tick{font-size:11px}
svg .strong{font-size:15.5px;font-weight:700}
svg .name{font-size:13px;font-weight:600}
svg .badge-text{font-size:12px;font-weight:600}
.halo{paint-order:stroke;stroke:var(--card);stroke-width:5px;stroke-linejoin:round}
.arrow{fill:none;stroke:var(--faint);stroke-width:1.75;stroke-linecap:round;stroke-linejoin:round}
.track{fill:var(--track)}
.bar.signature{fill:var(--accent)}.bar.certificate{fill:var(--faint)}.bar.authority{fill:none;stroke:var(--faint);stroke-width:2}
.guide{stroke:var(--faint);stroke-width:1;stroke-dasharray:2 3}
.guide.now{stroke:var(--text);stroke-width:1.75;stroke-dasharray:none}.guide.revoked{stroke:var(--bad);stroke-width:1.75;stroke-dasharray:6 3}
.flag{fill:var(--track);stroke:none}.flag.now{fill:var(--text)}.flag.revoked{fill:var(--bad-tint)}
svg .flag-text{font-size:12px}svg .flag-text.now{fill:var(--card);font-weight:600}svg .flag-text.revoked{fill:var(--bad);font-weight:600}
.shape{fill:var(--accent)}.shape.now{fill:var(--card)}.shape.revoked{fill:none;stroke:var(--bad);stroke-width:2.5}
.foot{fill:var(--faint)}.foot.now{fill:var(--text)}.foot.revoked{fill:var(--bad)}
.axis{fill:none;stroke:var(--line);stroke-width:1.5}
footer{color:var(--faint);font-size:.9rem;padding:.5rem .25rem}
footer h2{font-size:1rem;color:var(--text)}
footer p{margin-top:.5rem;max-width:46rem}
footer strong{color:var(--text)}`;

const telephone = `@media screen and (max-width:720px){body{padding:0 .6rem 2rem}h1{font-size:1.5rem}main>section{padding:1.1rem 1rem;border-radius:12px}.headline{flex-direction:column;gap:.5rem}.seal{width:2.4rem;height:2.4rem}dl>div,.steps dl>div{grid-template-columns:minmax(0,1fr)}dl{gap:.6rem}.steps>li{padding:.75rem;gap:.6rem}.action{margin-left:0;width:100%}.narrow{display:block!important;margin:0 auto}.broad{display:none!important}}`;

const paper = `@media print{@page{margin:15mm 14mm}html{font-size:10pt;background:#fff}body{max-width:none;padding:0}.skip{display:none}main>section{break-inside:auto;border-radius:0;padding:.8rem 1rem}details::details-content{content-visibility:visible!important;block-size:auto!important;display:block!important}summary{list-style:none}.more>summary{color:var(--faint)}h2,h3,h4,summary,caption{break-after:avoid}.steps>li,.picture,.certificates>li,tr,dl>div{break-inside:avoid}*{-webkit-print-color-adjust:exact;print-color-adjust:exact}}`;

const calm = '@media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}';

/** Paper is light, whatever the screen is. */
const sheet = `:root{color-scheme:light dark;${variables(schemes.light)}}@media screen and (prefers-color-scheme:dark){:root{${variables(schemes.dark)}}}${screen}${telephone}${paper}${calm}`;

/** The style sheet, for the head of the page. */
export const style: Html = styleElement(sheet);

/** For the content security policy: nothing but this style sheet is let in. */
export const styleDigest = `sha256-${createHash('sha256').update(sheet).digest('base64')}`;

/** Each has a shape of its own, and takes the colour of what it stands in. */
export const icons: Html = html`<svg class="icons" aria-hidden="true"><defs><symbol id="icon-good" viewBox="0 0 24 24"><circle cx="12" cy="12" r="10.5" fill="currentColor" opacity=".16"/><circle cx="12" cy="12" r="10" fill="none" stroke="currentColor" stroke-width="2"/><path d="M7 12.5l3.4 3.4L17 9" fill="none" stroke="currentColor" stroke-width="2.4" stroke-linecap="round" stroke-linejoin="round"/></symbol><symbol id="icon-bad" viewBox="0 0 24 24"><path d="M8 1.8h8L22.2 8v8L16 22.2H8L1.8 16V8z" fill="currentColor"/><path d="M8.3 8.300l7.4 7.400m0-7.400l-7.4 7.4" fill="none" stroke="var(--card)" stroke-width="2.4" stroke-linecap="round"/></symbol><symbol id="icon-note" viewBox="0 0 24 24"><path d="M12 2.600L22.3 21H1.700z" fill="currentColor" opacity=".16"/><path d="M12 2.600L22.3 21H1.700z" fill="none" stroke="currentColor" stroke-width="2" stroke-linejoin="round"/><path d="M12 9.500v5.200m0 2.800v.1" fill="none" stroke="currentColor" stroke-width="2.4" stroke-linecap="round"/></symbol><symbol id="icon-plain" viewBox="0 0 24 24"><circle cx="12" cy="12" r="10" fill="none" stroke="currentColor" stroke-width="2"/><path d="M7.5 12h9" fill="none" stroke="currentColor" stroke-width="2.4" stroke-linecap="round"/></symbol><symbol id="icon-none" viewBox="0 0 24 24"><circle cx="12" cy="12" r="10" fill="none" stroke="currentColor" stroke-width="2" stroke-dasharray="3 4"/></symbol></defs></svg>`;
