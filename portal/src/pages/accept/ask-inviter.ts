import { html, type TemplateResult } from 'lit';

/** A mail that asks the person who sent the invitation for a new one; `title` is what the page said. */
export function askInviter(
  invitedBy: string,
  title: string,
  traceId: string | undefined,
  tone: 'primary' | 'small' | '',
): TemplateResult {
  const subject = encodeURIComponent('My TechPass invitation');
  const request = 'Please send me a new invitation to TechPass.';
  const body = encodeURIComponent(`${request}\r\n\r\nThe page said: ${title}.\r\nTrace ID: ${traceId}`);
  const address = `mailto:${invitedBy}?subject=${subject}&body=${body}`;
  return html`<a class="button ${tone}" href=${address}>Ask ${invitedBy}</a>`;
}
