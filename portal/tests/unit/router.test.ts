import { html } from 'lit';
import { expect, test } from 'vitest';
import { type Page, placeOf } from '../../src/app/router';

const pages: Page[] = ['/', '/invites', '/invites/:id'].map((path) => ({ path, title: path, render: () => html`` }));

test.each([
  ['', '/', {}],
  ['#/', '/', {}],
  ['#/invites?techpass=failed', '/invites', {}],
  ['#/invites/inv_1', '/invites/:id', { id: 'inv_1' }],
])('%j is %j', (hash, path, parameters) => {
  const place = placeOf(hash, pages);
  expect([place.page?.path, place.parameters]).toEqual([path, parameters]);
});

test('filters come along, and an unknown address is no page', () => {
  expect(placeOf('#/invites?q=a%20b', pages).query.get('q')).toBe('a b');
  expect(placeOf('#/nowhere', pages).page).toBeUndefined();
});
