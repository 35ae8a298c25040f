import { html, nothing, type TemplateResult } from 'lit';
import { isAchieved } from '../../../api/states';
import { rowStates, warnings } from '../../../messages/batches';
import { techpassTones } from '../../../messages/states';
import { count } from '../../../messages/time';
import { type IconName, icon } from '../../../parts/icon';
import '../../../parts/row-menu';
import type { MenuItem } from '../../../parts/row-menu';
import type { AccountField } from '../../../rules/forms';
import type { PendingFields } from '../rows/pending';
import { hasFailed, isFaulty, isGuess, isReady, isRepaired, type Row, repairOf, titleOf } from '../rows/row';
import type { Column } from './columns';
import { duplicateText, errorOf, textOf, unsavedOf } from './verdict';

/** What the cells of a row need beside it. */
export interface CellContext {
  readonly pending: PendingFields | undefined;
  /** What a card says of a user without a name. */
  readonly unnamed: string;
  readonly menu: (row: Row) => readonly MenuItem[];
  /** What could not be saved is to be sent again. */
  readonly onRetry: () => void;
}

/** The content of a cell that is not typed into. */
export function cellContent(row: Row, column: Column, context: CellContext): TemplateResult {
  switch (column) {
    case 'menu':
      return html`<row-menu .label=${`Actions for row ${row.number}`} .items=${context.menu(row)}></row-menu>`;
    case 'state':
      return html`<b>${row.number}</b>${stateMark(row)}`;
    case 'user':
      return card(row, context);
    default:
      return fieldContent(row, column, context);
  }
}

/** A whole row, where rows are cards. */
function card(row: Row, context: CellContext): TemplateResult {
  const { values, number } = row;
  const name = [values.firstName, values.lastName].filter(Boolean).join(' ');
  return html`
    <b class="text">${values.email || 'No address'}</b>
    <span class="text subtle">${number}. ${name || context.unnamed}</span>
    ${cardMark(row, context)}`;
}

function cardMark(row: Row, context: CellContext): TemplateResult {
  const { errors, repairs } = row;
  if (unsavedOf('user', context.pending)) return unsavedMark('Not saved', context);
  if (errors.length) return mark('wrong', 'alert', `${count(errors.length, 'field')} to fix: ${titleOf(errors[0]!)}`);
  if (isRepaired(row) && isReady(row)) {
    return mark('repaired', 'repair', `Ready, ${count(repairs!.length, 'field')} repaired`);
  }
  return stateMark(row);
}

function fieldContent(row: Row, field: AccountField, context: CellContext): TemplateResult {
  const { pending } = context;
  const error = errorOf(row, field, pending);
  const isSaving = pending?.[field]?.state === 'saving';
  const empty = error ? nothing : html`<span class="subtle">-</span>`;
  return html`
    <span class="text ${isSaving ? 'waiting' : ''}">${textOf(row, field, pending) || empty}</span>
    ${fieldMark(row, field, error, context)}`;
}

function fieldMark(
  row: Row,
  field: AccountField,
  error: string | undefined,
  context: CellContext,
): TemplateResult | typeof nothing {
  switch (context.pending?.[field]?.state) {
    case 'saving':
      return html`<small class="subtle">Checking…</small>`;
    case 'not-saved':
      return unsavedMark('Not saved', context);
    case 'changed-elsewhere':
      return unsavedMark('Changed elsewhere', context);
    default:
      return error ? mark('wrong', 'alert', error) : (warningMark(row, field) ?? repairMark(row, field));
  }
}

/** The button is for the mouse; the keys have the same one above the list. */
function unsavedMark(text: string, { onRetry }: CellContext): TemplateResult {
  const retry = html`<button type="button" class="link" tabindex="-1" @click=${() => onRetry()}>Retry</button>`;
  return html`<small class="wrong">${icon('alert')}<span>${text}</span>${retry}</small>`;
}

function warningMark(row: Row, field: AccountField): TemplateResult | undefined {
  const warning = field === 'email' ? row.warnings?.[0] : undefined;
  return warning && mark('double', 'info', warnings[warning.code] ?? warning.detail);
}

function repairMark(row: Row, field: AccountField): TemplateResult | typeof nothing {
  const value = repairOf(row, field);
  if (value === undefined) return nothing;
  const used = value ? `We will use ${value}` : 'We will leave this empty';
  return mark('repaired', 'repair', isGuess(row, field) ? `A guess: ${value}` : used);
}

function stateMark(row: Row): TemplateResult {
  if (hasFailed(row)) return mark('wrong', 'alert', 'Failed');
  if (row.invite) return inviteMark(row.invite);
  if (isFaulty(row)) return mark('wrong', 'alert', `${row.errors.length} to fix`);
  if (row.duplicate) return mark('double', 'info', duplicateText(row));
  return mark('ready', 'done', rowStates[row.state] ?? row.state);
}

/** A submitted row has the tick only while nobody needs to do or to wait for anything. */
function inviteMark({ state, techpass }: NonNullable<Row['invite']>): TemplateResult {
  if (techpassTones[state] === 'bad') return mark('wrong', 'alert', techpass);
  return mark('sent', isAchieved(state) ? 'done' : 'info', techpass);
}

function mark(kind: string, picture: IconName, text: string): TemplateResult {
  return html`<small class=${kind}>${icon(picture)}<span>${text}</span></small>`;
}
