import type { Schemas } from '../../api/client';
import { type BatchState, type InviteState, isInProgress, isOneOf, type ProgressState } from '../../api/states';
import { count, numbers } from '../../messages/time';

type Batch = Schemas['BatchBody'];

export interface Progress {
  readonly total: number;
  /** Users that were processed, with success or not. */
  readonly done: number;
  /** Invites by state, those in progress first. */
  readonly states: readonly (readonly [string, number])[];
  readonly isDone: boolean;
}

/** How many invites of a batch are in a state. */
export const invitesOf = ({ progress }: Batch, state: ProgressState): number => progress?.[state] ?? 0;

/** What is left of a batch, each with its number: rows to fix and to submit, and invites that need somebody. */
export function leftOf(batch: Batch): string[] {
  const { state, counts, progress } = batch;
  const attention = invitesOf(batch, 'NEEDS_ATTENTION');
  const left: [number, string][] = [
    [counts.needsFixing + invitesOf(batch, 'FAILED'), 'to fix'],
    // Rows that were fixed after a submission wait for the next one.
    [isOneOf<BatchState>(state, 'DISPATCHED', 'DONE') ? counts.ready : 0, 'not submitted'],
    [attention, attention === 1 ? 'needs attention' : 'need attention'],
    [invitesOf(batch, 'EXPIRED'), 'expired'],
    // A batch is done after some days, also when its invites are not.
    [isOneOf<BatchState>(state, 'DONE') ? sumOf(progress, isInProgress) : 0, 'in progress'],
  ];
  return left.flatMap(([n, words]) => (n ? [`${numbers.format(n)} ${words}`] : []));
}

/** Whether nothing of a batch is in progress, and nothing is left to fix, to submit or to check. */
export const isFinished = (batch: Batch): boolean => progressOf(batch).isDone && leftOf(batch).length === 0;

/** The outcome of a batch whose users were all processed, in a sentence. */
export function outcomeText(batch: Batch): string {
  const needsSomebody = (state: string) => isOneOf<InviteState>(state, 'FAILED', 'EXPIRED', 'NEEDS_ATTENTION');
  const left = sumOf(batch.progress, (state) => isInProgress(state) || needsSomebody(state));
  const done = `${count(progressOf(batch).total - left, 'user')} done`;
  return leftOf(batch).length === 0 ? `All ${done}` : [done, ...leftOf(batch)].join(', ');
}

export function progressOf({ state, counts, progress }: Batch): Progress {
  const states = Object.entries(progress ?? {}).sort(([a], [b]) => Number(isInProgress(b)) - Number(isInProgress(a)));
  const known = sumOf(progress, () => true);
  const waiting = isOneOf<BatchState>(state, 'SUBMITTED') ? counts.ready : 0;
  const total = Math.max(known, counts.sent + waiting);
  const done = sumOf(progress, (each) => !isInProgress(each));
  const isProcessed = isOneOf<BatchState>(state, 'DISPATCHED') && total > 0 && done === total;
  return { total, done, states, isDone: isOneOf<BatchState>(state, 'DONE') || isProcessed };
}

function sumOf(progress: Batch['progress'], counts: (state: string) => boolean): number {
  return Object.entries(progress ?? {}).reduce((sum, [state, n]) => sum + (counts(state) ? n : 0), 0);
}
