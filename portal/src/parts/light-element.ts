import { LitElement } from 'lit';

/** An element whose content is part of the page: its labels, forms, focus and styles work as in plain HTML. */
export class LightElement extends LitElement {
  protected override createRenderRoot(): HTMLElement {
    return this;
  }
}
