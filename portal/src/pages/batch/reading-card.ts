import { html, type TemplateResult } from 'lit';
import type { Schemas } from '../../api/client';
import { type BatchState, isOneOf } from '../../api/states';
import { mishapNotice } from '../../parts/error-notice';
import { skeleton } from '../../parts/loading';
import type { BatchController } from './controller';

type Batch = Schemas['BatchBody'];

/** After this time a file that has not arrived will not arrive. */
const LATE_MS = 300_000;

/** A batch whose file is on its way, or is being read. */
export function readingCard(controller: BatchController, { state, createdAt }: Batch): TemplateResult {
  const isParsing = isOneOf<BatchState>(state, 'PARSING');
  if (!isParsing && Date.now() - Date.parse(createdAt) > LATE_MS) {
    return html`
      <section class="card"><h2>The file did not arrive</h2>${otherFile(controller)}</section>`;
  }
  const step = isParsing ? 'Reading the file and checking every user…' : 'Waiting for the file…';
  return html`
    <section class="card">
      <p class="step"><span class="spinner"></span><span role="status">${step}</span></p>
      ${skeleton}
    </section>`;
}

/** A batch whose file cannot be read: why, and what to do next. */
export function unreadableNotice(controller: BatchController, batch: Batch): TemplateResult {
  const { fault, traceId, updatedAt } = batch;
  const text = `Nobody was invited. ${fault?.detail ?? ''}`;
  return html`
    ${mishapNotice({ what: 'This file could not be read', text, traceId, at: new Date(updatedAt) })}
    ${otherFile(controller)}`;
}

function otherFile(controller: BatchController): TemplateResult {
  return html`
    <p class="actions">
      <a class="button primary" href="#/batches">Choose a file</a>
      <button type="button" class="button quiet" @click=${() => void controller.reset()}>Remove this one</button>
    </p>`;
}
