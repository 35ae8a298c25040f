import { html, nothing, type TemplateResult } from 'lit';
import type { Schemas } from '../../api/client';
import { count, numbers } from '../../messages/time';
import { errorNotice } from '../../parts/error-notice';
import { icon } from '../../parts/icon';
import { skeleton } from '../../parts/loading';
import type { MenuItem } from '../../parts/row-menu';
import type { BatchController } from './controller';
import './grid/grid';
import type { CellEdit } from './grid/grid';
import type { Filter } from './rows/list';
import { isSent, type Row } from './rows/row';

type Batch = Schemas['BatchBody'];

/** The users of a batch: how many there are in each state, the filters, and the grid. */
export function usersCard(controller: BatchController, batch: Batch): TemplateResult {
  const { rows, counts } = controller;
  const total = counts.total - counts.removed;
  const isLoading = !rows.isWhole && !rows.failure;
  return html`
    <section class="card flush users" aria-labelledby="users-title">
      <div class="users-head">
        <div>
          <h2 id="users-title" tabindex="-1">${count(total, 'user')}</h2>
          ${tally(controller)}
        </div>
        ${listActions(controller)}
      </div>
      ${batch.notices.length ? html`<ul class="notices">${batch.notices.map(remark)}</ul>` : nothing}
      ${errorNotice(rows.failure, { retry: () => void rows.load() })}
      <div class="users-tools">
        ${filters(controller, total)}
        ${rows.list.changeable.length ? manyActions(controller) : nothing}
      </div>
      ${content(controller, batch, total)}
      ${isLoading ? loadedText(rows.list.all.length, total) : nothing}
    </section>`;
}

const toFix = ({ rows, counts }: BatchController): number => counts.needsFixing + rows.list.failed;

function tally(controller: BatchController): TemplateResult {
  const { ready, duplicate, sent } = controller.counts;
  const part = (n: number, words: string, tone: string) =>
    n ? html`<span class=${tone}>${numbers.format(n)} ${words}</span>` : nothing;
  return html`
    <p role="status">
      ${part(ready, 'ready', 'good')}
      ${part(toFix(controller), 'to fix', 'bad')}
      ${part(duplicate, 'skipped', 'subtle')}
      ${part(sent, 'submitted', 'subtle')}
    </p>`;
}

function listActions(controller: BatchController): TemplateResult {
  const { rows, counts, isRunning, state } = controller;
  const maySubmit = counts.ready > 0 && !isRunning && !state.isBusy;
  const add = () => controller.open({ kind: 'add', text: '' });
  return html`
    <div class="actions">
      <button type="button" class="button quiet" ?disabled=${isRunning}
        @click=${() => void controller.reset()}>Reset</button>
      <button type="button" class="button" ?disabled=${isRunning || !rows.isWhole} @click=${add}>Add users</button>
      <button type="button" class="button primary" aria-disabled=${String(!maySubmit)}
        @click=${() => void controller.submit()}>
        ${counts.ready ? `Submit ${count(counts.ready, 'user')}` : 'Submit'}</button>
    </div>`;
}

function remark(text: string): TemplateResult {
  return html`<li>${icon('info')}<span>${text}</span></li>`;
}

function filters(controller: BatchController, total: number): TemplateResult {
  const { causes, filter, repaired, warned } = controller.rows.list;
  const chip = (value: Filter, label: string, n: number, tone = '') => html`
    <button type="button" class="chip ${tone}" aria-pressed=${String(filter === value)}
      @click=${() => controller.show(value)}>${label} (${numbers.format(n)})</button>`;
  const ready = controller.rows.counts?.ready ?? 0;
  const errors = toFix(controller);
  return html`
    <div class="chips" role="group" aria-label="Which users to show">
      ${chip('all', 'All', total)}
      ${errors || filter === 'errors' ? chip('errors', 'Show only errors', errors, 'bad') : nothing}
      ${ready && ready < total ? chip('ready', 'Ready', ready) : nothing}
      ${warned || filter === 'warned' ? chip('warned', 'To look at', warned) : nothing}
      ${repaired ? chip('repaired', 'Repaired', repaired) : nothing}
      ${causes.map(({ key, label, count: n }) => chip(key, label, n, key.startsWith('duplicate') ? '' : 'bad'))}
    </div>`;
}

/** What can be done to all rows that are shown. */
function manyActions(controller: BatchController): TemplateResult {
  const { rows, state } = controller;
  const n = numbers.format(rows.list.changeable.length);
  const remove = html`
    <button type="button" class="button small" ?disabled=${!rows.isWhole || state.isBusy}
      @click=${() => void controller.removeShown()}>Remove all ${n}</button>`;
  return html`
    <div class="actions">
      <button type="button" class="button small" ?disabled=${!rows.isWhole}
        @click=${() => controller.open({ kind: 'change-many' })}>Change all ${n} alike</button>
      ${rows.list.filter === 'all' ? nothing : remove}
    </div>`;
}

function content(controller: BatchController, batch: Batch, total: number): TemplateResult {
  const { rows } = controller;
  if (rows.list.shown.length) return grid(controller, batch);
  if (rows.isWhole) return nobody(controller, total);
  return skeleton;
}

function grid(controller: BatchController, batch: Batch): TemplateResult {
  const { rows, version } = controller;
  return html`
    <batch-grid .kind=${batch.kind} .rows=${rows.list.shown} .pending=${rows.pending} .version=${version}
      .menu=${(row: Row) => menu(controller, row)}
      .onEdit=${(edit: CellEdit) => void controller.edit(edit)}
      .onOpen=${(row: Row) => controller.openRow(row)}
      .onUndo=${() => void controller.undo()}
      .onRetry=${() => void controller.unsaved.retry()}
      .onPaste=${(text: string) => controller.paste(text)}></batch-grid>`;
}

function nobody(controller: BatchController, total: number): TemplateResult {
  if (total === 0) return html`<div class="empty"><h3>No users left</h3></div>`;
  return html`
    <div class="empty">
      <h3>All of these are fixed</h3>
      <button type="button" class="button quiet" @click=${() => controller.show('all')}>Show all users</button>
    </div>`;
}

function menu(controller: BatchController, row: Row): MenuItem[] {
  const items: MenuItem[] = [{ label: 'View details', act: () => controller.openRow(row) }];
  const earlier = row.duplicate?.row;
  if (earlier) items.push({ label: `Go to row ${earlier}`, act: () => void controller.goTo(earlier) });
  if (!isSent(row)) {
    items.push({ label: 'Remove', tone: 'danger', act: () => void controller.remove(row) });
  }
  return items;
}

function loadedText(loaded: number, total: number): TemplateResult {
  return html`
    <p class="hint loading" role="status">${numbers.format(loaded)} of ${count(total, 'user')} loaded…</p>`;
}
