import { html, type TemplateResult } from 'lit';
import { icon } from './icon';
import { LightElement } from './light-element';

export interface MenuItem {
  readonly label: string;
  readonly act: () => void;
  readonly tone?: 'danger';
}

/**
 * The ellipsis at the end of a row: a button that opens a menu, with the keys that menus have. In a grid the arrow keys
 * lead to it, not Tab.
 */
export class RowMenu extends LightElement {
  static override properties = { label: {}, items: { attribute: false } };
  declare label: string;
  declare items: readonly MenuItem[];
  readonly #name = `menu-${crypto.randomUUID()}`;

  override render(): TemplateResult {
    return html`
      <button type="button" class="icon-button" tabindex=${this.closest('[role=grid]') ? -1 : 0}
        popovertarget=${this.#name} aria-haspopup="menu" aria-label=${this.label}>${icon('more')}</button>
      <div id=${this.#name} class="menu" popover role="menu" aria-label=${this.label}
        @toggle=${this.#toggled} @keydown=${this.#pressed}>
        ${this.items.map((item) => this.#item(item))}
      </div>`;
  }

  #item(item: MenuItem): TemplateResult {
    return html`
      <button type="button" role="menuitem" tabindex="-1" class=${item.tone ?? ''}
        @click=${() => this.#chosen(item)}>${item.label}</button>`;
  }

  get #menu(): HTMLElement {
    return this.querySelector<HTMLElement>('[popover]')!;
  }

  #toggled({ newState }: ToggleEvent): void {
    this.querySelector('button')!.setAttribute('aria-expanded', String(newState === 'open'));
    if (newState !== 'open') return;
    const [button, menu] = [this.querySelector('button')!.getBoundingClientRect(), this.#menu];
    const below = button.bottom + 4;
    const fits = below + menu.offsetHeight < innerHeight;
    menu.style.top = `${fits ? below : Math.max(8, button.top - 4 - menu.offsetHeight)}px`;
    menu.style.left = `${Math.max(8, Math.min(button.right - menu.offsetWidth, innerWidth - menu.offsetWidth - 8))}px`;
    this.#focus(0);
  }

  #pressed(event: KeyboardEvent): void {
    const items = [...this.#menu.querySelectorAll<HTMLElement>('[role=menuitem]')];
    const at = items.indexOf(document.activeElement as HTMLElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      this.#focus(to);
    }
    if (event.key === 'Tab') this.#menu.hidePopover();
  }

  #focus(at: number): void {
    const items = this.#menu.querySelectorAll<HTMLElement>('[role=menuitem]');
    items[(at + items.length) % items.length]?.focus();
  }

  #chosen(item: MenuItem): void {
    this.#menu.hidePopover();
    item.act();
  }
}

customElements.define('row-menu', RowMenu);
