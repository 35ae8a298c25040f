import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { BATCH_STATES, INVITE_STATES, MAIL_STATES, ROW_STATES, SEED_STATES } from '../../src/api/states';
import { actors, events } from '../../src/messages/states';
import { domain } from '../domain';

const page = readFileSync(new URL('../../../docs/API.md', import.meta.url), 'utf8');

/** What is between two texts of another one. */
function between(text: string, from: string, to: string): string {
  const start = text.indexOf(from) + from.length;
  expect(start, from).toBeGreaterThanOrEqual(from.length);
  return text.slice(start, text.indexOf(to, start));
}

/** Each name that fits, once, in the order of the alphabet. */
const names = (text: string, name: RegExp) => [...new Set([...text.matchAll(name)].map((match) => match[1]!))].sort();

/** What only the counts of a batch's invites have beside the states. */
const OF_COUNTS = ['MAILING', 'DELETED'];
/** The states that each function of the service can give. */
const given = [...domain.matchAll(/fn (?:state_)?name\(.*?\n {4}\}\n/gs)].map(([text]) =>
  names(text, /=> "([A-Z_]+)"/g).filter((name) => !OF_COUNTS.includes(name)),
);

test.each<[string, readonly string[], string, string]>([
  ['batch', BATCH_STATES, '| `state` |', '|'],
  ['row', ROW_STATES, 'in the spreadsheet, `state` (', ')'],
  ['invite', INVITE_STATES, '`techpass.state` is one of', '.\n'],
  ['licence', SEED_STATES, '| `state` | `label` | meaning |', '###'],
  ['mail', MAIL_STATES, '`mail.state` is one of', '.\n'],
])('%s states are those of docs/API.md and of the service', (_, states, from, to) => {
  const known = [...states].sort();
  expect(names(between(page, from, to), /`([A-Z_]+)`/g)).toEqual(known);
  expect(given).toContainEqual(known);
});

test('the events that have words of their own are events of the service', () => {
  const kinds = names(between(domain, 'enum Event {', '\n}'), /^ {4}(\w+),$/gm);
  const known = kinds.map((kind) => kind.replace(/\B[A-Z]/g, '_$&').toUpperCase());
  expect(Object.keys(events).filter((event) => !known.includes(event))).toEqual([]);
});

test('everybody who can change an invite has a name in its history', () => {
  expect(names(between(page, '`by` is one of', '.\n'), /`(\w+)`/g)).toEqual(Object.keys(actors).sort());
});
