import { html, svg, type TemplateResult } from 'lit';

const shapes = {
  home: svg`<path d="M3 11 12 4l9 7M5.5 9.500V20h13V9.500M10 20v-5.500h4V20"/>`,
  people: svg`<circle cx="9" cy="8" r="3.5"/><path d="M2.5 20c.5-4 3-6 6.5-6s6 2 6.5 6M15.5 4.800a3.5 3.5 0 0 1 0 6.400M18 14.600c2 .8 3.2 2.6 3.5 5.4"/>`,
  mail: svg`<rect x="3" y="5" width="18" height="14" rx="2"/><path d="m3.5 7 8.5 6 8.5-6"/>`,
  person: svg`<circle cx="10" cy="8" r="3.5"/><path d="M3 20c.6-4 3.3-6 7-6 1.5 0 2.8.3 3.9 1M18.5 14v7M15 17.500h7"/>`,
  upload: svg`<path d="M12 16V4m-4.5 4.500L12 4l4.5 4.500M4 15v3.500A1.5 1.5 0 0 0 5.5 20h13a1.5 1.5 0 0 0 1.5-1.500V15"/>`,
  list: svg`<path d="M9 6h12M9 12h12M9 18h12M3.5 6h1M3.5 12h1M3.5 18h1"/>`,
  shield: svg`<path d="M12 3 4.5 6v5.500c0 4.5 3 7.8 7.5 9.5 4.5-1.7 7.5-5 7.5-9.500V6z"/><path d="m8.8 12 2.2 2.2 4.2-4.4"/>`,
  search: svg`<circle cx="11" cy="11" r="6.5"/><path d="m16 16 5 5"/>`,
  alert: svg`<path d="M12 3.5 2.5 20h19z"/><path d="M12 10v4.500M12 17.200v.3"/>`,
  done: svg`<circle cx="12" cy="12" r="9"/><path d="m8 12.2 2.8 2.800L16 9.5"/>`,
  info: svg`<circle cx="12" cy="12" r="9"/><path d="M12 11v5.500M12 7.500v.3"/>`,
  more: svg`<path d="M12 5.500v.01M12 12v.01M12 18.500v.01" stroke-width="3"/>`,
  close: svg`<path d="m6 6 12 12M18 6 6 18"/>`,
  menu: svg`<path d="M4 7h16M4 12h16M4 17h16"/>`,
  arrow: svg`<path d="M5 12h14m-6-6 6 6-6 6"/>`,
  download: svg`<path d="M12 4v12m-4.5-4.500L12 16l4.5-4.500M4 20h16"/>`,
  repair: svg`<path d="m4 20 9.500-9.500M15 4.500v3M19.500 9h-3M18.800 5.200l-2 2M11 6.500v.01M17.500 13v.01"/>`,
  external: svg`<path d="M9 5H5.500A1.5 1.5 0 0 0 4 6.500v12A1.5 1.5 0 0 0 5.5 20h12a1.5 1.5 0 0 0 1.5-1.500V15M13 4h7v7M20 4l-9 9"/>`,
};

export type IconName = keyof typeof shapes;

/** A picture beside words that say the same. */
export function icon(name: IconName): TemplateResult {
  return html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">${shapes[name]}</svg>`;
}
