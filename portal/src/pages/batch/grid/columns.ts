import { type AccountField, ALL_FIELDS, labels } from '../../../rules/forms';

export type Column = 'state' | AccountField | 'user' | 'menu';

/** Who the user is comes first. The other columns are in the order of the template. */
export const WIDE: readonly Column[] = [
  ...new Set<Column>(['state', 'username', 'email', 'firstName', 'lastName', 'seed', ...ALL_FIELDS, 'menu']),
];
/** Where a row is a card. */
export const NARROW: readonly Column[] = ['user', 'menu'];

export const TITLES: Record<Column, string> = {
  ...labels,
  username: 'TechPass user name',
  seed: 'SEED',
  state: 'Row',
  user: 'User',
  menu: 'Actions',
};

/** Pixels, the same as in the styles. */
export const HEIGHT = { wide: 56, narrow: 104, head: 40 };

export const isField = (column: Column): column is AccountField => column in labels;
