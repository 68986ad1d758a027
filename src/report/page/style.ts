import { cssVariables } from '../theme.js';

/** The page's style. Colours are variables only, so that one drawing serves both themes. */
export const STYLE = `
:root{color-scheme:light;${cssVariables('light')}}
@media (prefers-color-scheme:dark){:root:not([data-theme=light]){color-scheme:dark;${cssVariables('dark')}}}
:root[data-theme=dark]{color-scheme:dark;${cssVariables('dark')}}
*{box-sizing:border-box}
html{background:var(--ground);color:var(--ink);font:17px/1.6 system-ui,-apple-system,'Segoe UI','Helvetica Neue','DejaVu Sans',sans-serif;-webkit-text-size-adjust:100%}
body{margin:0}
main{max-width:908px;margin:0 auto;padding:56px 24px 120px}
p,h1,h2,h3,ul,dl,figcaption{max-width:42rem;margin:0 0 1rem;overflow-wrap:anywhere}
h1{font-size:2.3rem;line-height:1.15;letter-spacing:-.025em;font-weight:700;margin:0 0 .6rem;text-wrap:balance}
h2{font-size:.8rem;line-height:1.4;letter-spacing:.09em;text-transform:uppercase;font-weight:600;color:var(--soft);margin:0 0 1.5rem}
h3{font-size:1.18rem;line-height:1.35;letter-spacing:-.01em;font-weight:600;margin:0 0 .5rem;text-wrap:pretty}
section{margin-top:5.5rem}
header+section{margin-top:3rem}
.kicker{display:flex;gap:1rem;align-items:baseline;justify-content:space-between;max-width:none;font-size:.78rem;color:var(--soft);margin-bottom:1.6rem}
.host{color:var(--soft);font-size:.9rem}
.alarm{border:1px solid var(--alarm);color:var(--alarm);border-radius:6px;padding:.8rem 1rem;font-weight:600;max-width:none;margin-bottom:2.5rem}
.finding{margin-bottom:1.1rem}
.finding b{font-weight:650;font-variant-numeric:tabular-nums;white-space:nowrap}
.advice{margin-top:1.8rem;padding:1.1rem 1.3rem;background:var(--raised);border-left:3px solid var(--accent);border-radius:0 6px 6px 0}
.lead,figcaption{font-size:.86rem;line-height:1.55;color:var(--soft)}
figure{margin:0 0 4rem}
figure:last-child{margin-bottom:0}
figcaption{margin-bottom:1.2rem}
.key{list-style:none;display:none;flex-wrap:wrap;gap:.2rem 1.1rem;padding:0;font-size:.8rem}
.plot{position:relative;border-radius:4px}
.plot svg{display:block;max-width:100%;height:auto;overflow:visible}
.plot svg text{font-family:inherit}
.plot [role=graphics-symbol][aria-label]{cursor:default}
.plot .at{stroke:var(--ink);stroke-width:2.5px;opacity:1}
.narrow{display:none}
.grid{display:grid;grid-template-columns:repeat(auto-fill,minmax(262px,1fr));gap:2.2rem 1.6rem;margin-top:1.8rem}
.small{margin:0;min-width:0}
.small figcaption{font-size:.74rem;margin:.3rem 0 0}
details{margin:.4rem 0}
summary{cursor:pointer;font-size:.84rem;color:var(--soft);width:fit-content;max-width:100%;padding:.15rem 0}
summary:hover{color:var(--ink)}
.data summary{font-size:.72rem}
.small .data{margin:0}
.small .data summary{margin-left:4px}
.data .quiet{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.files{font-size:.76rem;color:var(--soft);margin:.6rem 0 0}
.quiet{color:var(--soft);font-size:.86em}
.scroll{overflow-x:auto;margin:.6rem 0 1.2rem;border-radius:4px;background:linear-gradient(to left,var(--ground) 1.2rem,transparent) 100% 0/2.4rem 100% no-repeat local,linear-gradient(to left,color-mix(in srgb,var(--ink) 26%,transparent),transparent) 100% 0/.9rem 100% no-repeat scroll}
table{border-collapse:collapse;font-size:.78rem;line-height:1.4;font-variant-numeric:tabular-nums;min-width:60%}
th,td{text-align:left;vertical-align:top;padding:.32rem .8rem;border-bottom:1px solid var(--grid);white-space:nowrap;font-weight:400;max-width:26rem;overflow:hidden;text-overflow:ellipsis}
th.num,td.num{text-align:right}
th:first-child{padding-left:0;white-space:normal;min-width:8rem;max-width:17rem}
thead th{color:var(--soft);border-bottom-color:var(--line)}
code,pre{font-family:ui-monospace,'SF Mono',Menlo,Consolas,'DejaVu Sans Mono',monospace;font-size:.86em}
pre{background:var(--raised);border-radius:6px;padding:.9rem 1.1rem;overflow-x:auto;font-size:.76rem;line-height:1.5;margin:.6rem 0 1.2rem;max-height:22rem}
dl{display:grid;gap:.35rem;font-size:.86rem;max-width:none}
dl div{display:grid;grid-template-columns:11.5rem 1fr;gap:1rem}
dt{color:var(--soft)}
dd{margin:0;overflow-wrap:anywhere}
.problem{margin-bottom:1.8rem}
.problem p{font-size:.9rem}
.tag{font-size:.72rem;font-weight:500;letter-spacing:0;color:var(--alarm);border:1px solid currentColor;border-radius:99px;padding:.08rem .55rem;white-space:nowrap;vertical-align:.12em}
.warnings{padding-left:1.1rem;font-size:.88rem}
#theme{font:inherit;color:var(--soft);background:none;border:1px solid var(--line);border-radius:99px;padding:.15rem .8rem;cursor:pointer;white-space:nowrap}
#theme:hover{color:var(--ink);border-color:var(--ink)}
#tip{position:fixed;z-index:9;pointer-events:none;max-width:min(22rem,calc(100vw - 24px));background:var(--ink);color:var(--ground);font-size:.76rem;line-height:1.45;white-space:pre-line;overflow-wrap:anywhere;border-radius:5px;padding:.45rem .65rem}
:focus-visible{outline:2px solid var(--accent);outline-offset:3px}
@media (max-width:760px){td,th{white-space:normal;padding-right:.5rem;padding-left:.5rem}
html{font-size:16px}
main{padding:28px 20px 72px}
h1{font-size:1.7rem}
section{margin-top:4rem}
.wide{display:none}
.narrow{display:block}
.key{display:flex}
.kicker{flex-direction:column;gap:.7rem}
dl div{grid-template-columns:1fr;gap:0;margin-bottom:.35rem}
}
@media print{#theme,.plot~details{display:none}main{max-width:none;padding:0}section{margin-top:2.5rem}figure{break-inside:avoid}}
`.trim();
