import { html, type TemplateResult } from 'lit';
import { config } from '../config';

/** The link to where a service request is raised, in a tab of its own. */
export function serviceRequestLink(kind = '', text = 'Raise a service request'): TemplateResult {
  return externalLink(config.serviceRequestUrl, text, kind);
}

export function externalLink(address: string, text: string | TemplateResult, kind = ''): TemplateResult {
  return html`<a class=${kind} href=${address} target="_blank" rel="noopener noreferrer">${text}</a>`;
}
