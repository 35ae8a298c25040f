import { html, svg, type TemplateResult } from 'lit';

const shapes = {
  home: svg`<path d="M3 11 12 4l9 7M5.5 9.5V20h13V9.5M10 20v-5.5h4V20"/>`,
  people: svg`
    <circle cx="9" cy="8" r="3.5"/>
    <path d="M2.5 20c.5-4 3-6 6.5-6s6 2 6.5 6M15.5 4.8a3.5 3.5 0 0 1 0 6.4M18 14.6c2 .8 3.2 2.6 3.5 5.4"/>`,
  mail: svg`<rect x="3" y="5" width="18" height="14" rx="2"/><path d="m3.5 7 8.5 6 8.5-6"/>`,
  person: svg`<circle cx="10" cy="8" r="3.5"/><path d="M3 20c.6-4 3.3-6 7-6 1.5 0 2.8.3 3.9 1M18.5 14v7M15 17.5h7"/>`,
  upload: svg`<path d="M12 16V4m-4.5 4.5L12 4l4.5 4.5M4 15v3.5A1.5 1.5 0 0 0 5.5 20h13a1.5 1.5 0 0 0 1.5-1.5V15"/>`,
  list: svg`<path d="M9 6h12M9 12h12M9 18h12M3.5 6h1M3.5 12h1M3.5 18h1"/>`,
  shield: svg`
    <path d="M12 3 4.5 6v5.5c0 4.5 3 7.8 7.5 9.5 4.5-1.7 7.5-5 7.5-9.5V6z"/>
    <path d="m8.8 12 2.2 2.2 4.2-4.4"/>`,
  search: svg`<circle cx="11" cy="11" r="6.5"/><path d="m16 16 5 5"/>`,
  alert: svg`<path d="M12 3.5 2.5 20h19z"/><path d="M12 10v4.5M12 17.2v.3"/>`,
  done: svg`<circle cx="12" cy="12" r="9"/><path d="m8 12.2 2.8 2.8L16 9.5"/>`,
  info: svg`<circle cx="12" cy="12" r="9"/><path d="M12 11v5.5M12 7.5v.3"/>`,
  more: svg`<path d="M12 5.5v.01M12 12v.01M12 18.5v.01" stroke-width="3"/>`,
  close: svg`<path d="m6 6 12 12M18 6 6 18"/>`,
  menu: svg`<path d="M4 7h16M4 12h16M4 17h16"/>`,
  download: svg`<path d="M12 4v12m-4.5-4.5L12 16l4.5-4.5M4 20h16"/>`,
  repair: svg`<path d="m4 20 9.5-9.5M15 4.5v3M19.5 9h-3M18.8 5.2l-2 2M11 6.5v.01M17.5 13v.01"/>`,
  external: svg`
    <path d="M9 5H5.5A1.5 1.5 0 0 0 4 6.5v12A1.5 1.5 0 0 0 5.5 20h12a1.5 1.5 0 0 0 1.5-1.5V15M13 4h7v7M20 4l-9 9"/>`,
};

export type IconName = keyof typeof shapes;

/** A picture beside words that say the same. */
export function icon(name: IconName): TemplateResult {
  return html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">${shapes[name]}</svg>`;
}
