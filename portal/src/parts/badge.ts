import { html, type TemplateResult } from 'lit';
import type { Tone } from '../messages/states';

export function badge(label: string, tone: Tone = 'quiet'): TemplateResult {
  return html`<span class="badge ${tone}">${label}</span>`;
}
