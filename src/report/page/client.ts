/**
 * The page's own script. Charts are static SVG, drawn by vega when the report is made: they work without a script, print, and keep the
 * page small (the vega runtimes alone are 0.8 MB, and need `unsafe-eval` or an interpreter). What an interactive chart would add here is
 * a tooltip, and that is this: it shows the `aria-label` that vega gave each mark, on hover, on touch and by arrow keys. Text only, never markup.
 */
export const CLIENT = `
(() => {
  'use strict';
  const MARK = '[role=graphics-symbol][aria-label]:not([aria-roledescription=axis]):not([aria-roledescription=legend])';
  const root = document.documentElement;
  const tip = document.createElement('div');
  tip.id = 'tip';
  tip.setAttribute('role', 'status');
  tip.hidden = true;
  document.body.append(tip);
  let current = null;

  const hide = () => {
    if (current) current.classList.remove('at');
    current = null;
    tip.hidden = true;
  };
  const show = (mark) => {
    if (mark === current) return;
    hide();
    current = mark;
    mark.classList.add('at');
    tip.textContent = mark.getAttribute('aria-label');
    tip.hidden = false;
    const at = mark.getBoundingClientRect();
    const size = tip.getBoundingClientRect();
    const middle = at.left + at.width / 2 - size.width / 2;
    const above = at.top - size.height - 10;
    tip.style.left = Math.max(8, Math.min(innerWidth - size.width - 8, middle)) + 'px';
    tip.style.top = (above < 8 ? at.bottom + 10 : above) + 'px';
  };
  const marksOf = (plot) => [...plot.querySelectorAll(MARK)].filter((mark) => mark.getClientRects().length > 0);

  document.addEventListener('pointerover', (event) => {
    const mark = event.target.closest && event.target.closest('.plot ' + MARK);
    if (mark) show(mark);
    else if (!document.activeElement.matches('.plot')) hide();
  });
  addEventListener('scroll', () => { if (!document.activeElement.matches('.plot')) hide(); }, { passive: true });
  for (const plot of document.querySelectorAll('.plot')) {
    plot.addEventListener('keydown', (event) => {
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (event.key === 'Escape') return hide();
      if (!step && event.key !== 'Home' && event.key !== 'End') return;
      event.preventDefault();
      const marks = marksOf(plot);
      const from = marks.indexOf(current);
      const last = marks.length - 1;
      const to = event.key === 'Home' ? 0 : event.key === 'End' ? last : from < 0 ? (step > 0 ? 0 : last) : Math.max(0, Math.min(last, from + step));
      if (!marks[to]) return;
      marks[to].scrollIntoView({ block: 'nearest' });
      show(marks[to]);
    });
    plot.addEventListener('blur', hide);
  }

  const button = document.getElementById('theme');
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const isDark = () => (root.dataset.theme || (dark.matches ? 'dark' : 'light')) === 'dark';
  const label = () => { button.textContent = isDark() ? 'light' : 'dark'; button.title = 'Switch to the ' + button.textContent + ' theme'; };
  button.hidden = false;
  button.addEventListener('click', () => { root.dataset.theme = isDark() ? 'light' : 'dark'; label(); });
  dark.addEventListener('change', label);
  label();
})();
`.trim();
