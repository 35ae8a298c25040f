import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { BATCH_STATES, INVITE_STATES, MAIL_STATES, ROW_STATES, SEED_STATES } from '../../src/api/states';
import { actors, events } from '../../src/messages/states';

const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
const page = read('docs/API.md');

/** What stands between two texts of another one. */
function between(text: string, from: string, to: string): string {
  const start = text.indexOf(from) + from.length;
  expect(start, from).toBeGreaterThanOrEqual(from.length);
  return text.slice(start, text.indexOf(to, start));
}

/** Each name that fits, once, in the order of the alphabet. */
const names = (text: string, name: RegExp) => [...new Set([...text.matchAll(name)].map((match) => match[1]!))].sort();

/** The states that a function of the service can give. */
const statesOf = (path: string, signature: string) =>
  names(between(read(`shared/domain/src/${path}`), signature, '\n    }\n'), /"([A-Z_]+)"/g);

test.each([
  ['batch', BATCH_STATES, '| `state` |', '|', 'batch.rs', 'fn state_name(&self)'],
  ['row', ROW_STATES, 'in the spreadsheet, `state` (', ')', 'row.rs', "fn name(&self) -> &'static str"],
  ['invite', INVITE_STATES, '`techpass.state` is one of', '.\n', 'invite/state.rs', 'fn state_name(&self)'],
  ['licence', SEED_STATES, '| `state` | `label` | meaning |', '###', 'seed.rs', 'fn name(self)'],
  ['mail', MAIL_STATES, '`mail.state` is one of', '.\n', 'delivery.rs', 'fn state_name(&self)'],
])('the states of a %s are those of docs/API.md and of the service', (_, states, from, to, path, signature) => {
  const known = [...states].sort();
  expect(names(between(page, from, to), /`([A-Z_]+)`/g)).toEqual(known);
  expect(statesOf(path, signature)).toEqual(known);
});

test('the events that have words of their own are events of the service', () => {
  const kinds = names(between(read('shared/domain/src/invite/history.rs'), 'enum Event {', '\n}'), /^ {4}(\w+),$/gm);
  const known = kinds.map((kind) => kind.replace(/\B[A-Z]/g, '_$&').toUpperCase());
  expect(Object.keys(events).filter((event) => !known.includes(event))).toEqual([]);
});

test('everybody who can change an invite has a name in its history', () => {
  expect(names(between(page, '`by` is one of', '.\n'), /`(\w+)`/g)).toEqual(Object.keys(actors).sort());
});
