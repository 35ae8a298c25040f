import { type AccountField, fieldsOfKind, type Kind, labels } from '../../../rules/forms';

export type Column = 'state' | AccountField | 'user' | 'menu';

const FIRST: readonly AccountField[] = ['username', 'email', 'firstName', 'lastName', 'seed'];

/** The columns of a list of this kind. Who the user is comes first; the others are in the order of the template. */
export function wideColumns(kind: Kind): readonly Column[] {
  const fields = fieldsOfKind(kind);
  return [...new Set<Column>(['state', ...FIRST.filter((field) => fields.includes(field)), ...fields, 'menu'])];
}

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
