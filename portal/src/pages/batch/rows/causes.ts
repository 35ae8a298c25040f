import { causes, duplicates } from '../../../messages/batches';
import { hasFailed, type Row, type RowError, titleOf } from './row';

/** A fault that several rows share, or a reason why they need no invite. */
export interface Cause {
  /** What rows are filtered by. */
  readonly key: string;
  readonly label: string;
  readonly count: number;
}

/** The causes of a row's state, each once. */
export function causesOf(row: Row): string[] {
  if (row.duplicate) return [row.duplicate.code];
  if (hasFailed(row)) return [`failed ${row.invite!.failure!.code}`];
  return [...new Set(row.errors.map(keyOf))];
}

/** The causes among rows, most frequent first. */
export function groupCauses(rows: Iterable<Row>): Cause[] {
  const found = new Map<string, { label: string; count: number }>();
  for (const row of rows) {
    for (const key of causesOf(row)) {
      const cause = found.get(key) ?? { label: labelOf(row, key), count: 0 };
      cause.count += 1;
      found.set(key, cause);
    }
  }
  return [...found].map(([key, cause]) => ({ key, ...cause })).sort((a, b) => b.count - a.count);
}

/** A code that names its field is a key by itself; one that any field can have is a key together with its field. */
function keyOf({ field, code }: RowError): string {
  return code.includes('.') && !code.startsWith('cell.') ? code : `${field} ${code}`;
}

function labelOf(row: Row, key: string): string {
  if (row.duplicate) return duplicates[key] ?? row.duplicate.detail;
  if (hasFailed(row)) return `Failed: ${firstSentence(row.invite!.failure!.detail)}`;
  const error = row.errors.find((each) => keyOf(each) === key)!;
  const words = (causes as Record<string, string>)[error.code] ?? firstSentence(error.detail);
  return key.includes(' ') ? `${titleOf(error)}: ${words.charAt(0).toLowerCase()}${words.slice(1)}` : words;
}

function firstSentence(text: string): string {
  return text.split('. ')[0]!.replace(/\.$/, '');
}
