import { html, nothing, type TemplateResult } from 'lit';
import type { Failure } from '../api/failure';
import { config } from '../config';
import { problemText } from '../messages/problems';
import { asMoment, asWait } from '../messages/time';
import { icon } from './icon';
import { announce } from './live';
import { externalLink } from './service-request';

/** Something that went wrong, in words for a person. */
export interface Mishap {
  readonly what: string;
  /** What is safe, and what to do. */
  readonly text: string;
  readonly traceId?: string | undefined;
  readonly at: Date;
  /** Where to go on instead. */
  readonly link?: string | undefined;
}

/** What can be done from a notice. */
export interface Ways {
  readonly retry?: (() => void) | undefined;
  /** What is safe, where the page knows more than the words for the problem. */
  readonly safe?: string | undefined;
}

/** A failure: what happened, what is safe, what to do, and how to get help. */
export function errorNotice(failure: Failure | undefined, ways?: Ways): TemplateResult | typeof nothing {
  return failure ? mishapNotice(mishapOf(failure, ways?.safe), ways) : nothing;
}

export function mishapNotice(mishap: Mishap, { retry }: Ways = {}): TemplateResult {
  const { what, text, traceId, link } = mishap;
  return html`
    <section class="notice bad" role="alert" tabindex="-1">
      ${icon('alert')}
      <div>
        <h2>${what}</h2>
        <p>${text}</p>
        ${traceId ? traceLine(traceId) : nothing}
        <p class="ways">
          ${retry ? retryButton(retry) : nothing}
          ${link ? externalLink(link, html`Raise a service request${icon('external')}`, 'button small') : nothing}
          <a href=${supportMail(mishap)}>Email support</a>
        </p>
      </div>
    </section>`;
}

function retryButton(retry: () => void): TemplateResult {
  const press = () => {
    // The button goes with its notice, and leaves the focus to the page.
    document.querySelector('main')!.focus();
    retry();
  };
  return html`<button type="button" class="button small" @click=${press}>Try again</button>`;
}

/** The Trace ID, and a button that copies it. */
export function traceLine(traceId: string): TemplateResult {
  return html`
    <p class="trace">
      <span>Trace ID <code>${traceId}</code></span>
      <button type="button" class="link" @click=${() => void copy(`Trace ID ${traceId}`)}>
        Copy<span class="unseen"> Trace ID</span></button>
    </p>`;
}

export function mishapOf(failure: Failure, known?: string): Mishap {
  const { what, safe: usual, todo } = problemText(failure.slug);
  const safe = known ?? usual;
  const wait = failure.retryAfter && failure.slug === 'too-many-requests' ? ` Wait ${asWait(failure.retryAfter)}.` : '';
  return {
    what,
    text: `${safe} ${failure.detail ?? todo}${wait}`,
    traceId: failure.traceId,
    at: failure.at,
    link: failure.link,
  };
}

/** A support mail with what we need to know, and no personal data. */
export function supportMail(mishap?: Mishap): string {
  const isInvitee = location.pathname.endsWith('/accept');
  const body = [
    'What I was doing:',
    '',
    '',
    ...(mishap?.traceId ? [`Trace ID: ${mishap.traceId}`] : []),
    ...(mishap ? [`What was shown: ${mishap.what}`] : []),
    `Time: ${asMoment(mishap?.at ?? new Date())} (Singapore)`,
    // An invitee's address ends with a token, and the address of a list with what was searched for.
    `Page: ${isInvitee ? 'invitation' : location.hash.replace(/^#/, '').split('?')[0] || '/'}`,
  ].join('\r\n');
  const subject = mishap?.traceId ? `Invite users: help with ${mishap.traceId}` : 'Invite users: help';
  return `mailto:${config.supportAddress}?subject=${encodeURIComponent(subject)}&body=${encodeURIComponent(body)}`;
}

async function copy(text: string): Promise<void> {
  await navigator.clipboard.writeText(text).then(
    () => announce('Copied.'),
    () => announce('Could not copy. Select the text and copy it.'),
  );
}
