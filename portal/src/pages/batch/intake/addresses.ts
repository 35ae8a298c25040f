import { tidyEmail } from '../../../rules/fields';
import type { RowText } from '../rows/new-rows';
import { nameIn, nameOf } from './names';

/** A name is not longer; before it is a sentence. */
const MAX_NAME = 200;
/** An address with what mail programs put around it, and what is in brackets behind it. */
const ADDRESS = new RegExp(
  [
    /<?(?:mailto:)?(?<![^\s<>;,"()[\]:])([^\s<>;,"()[\]:]+@[^\s<>;,"()[\]]+)>?/,
    /(?:[ \t]*(?:\(([^()\r\n@]*)\)|\[([^[\]\r\n@]*)\]))?/,
  ]
    .map(({ source }) => source)
    .join(''),
  'gi',
);
/** Marks of a list, and dashes, that touch an address. */
const MARKS = /^[•·▪◦‣●○*–—-]+|[.'’–—-]+$/g;

/**
 * `Tan Mei Ling <tan@agency.gov.sg>; bob@agency.gov.sg (Bob Lim)`, in lines, with commas, semicolons or neither, and
 * the number of lines without an address.
 */
export function looseAddresses(text: string): { readonly rows: readonly RowText[]; readonly skipped: number } {
  const rows: RowText[] = [];
  let skipped = 0;
  let from = 0;
  const skip = (lines: string[]) => {
    skipped += lines.filter((line) => /[\p{Alphabetic}\p{N}]/u.test(line)).length;
  };
  for (const found of text.matchAll(ADDRESS)) {
    const [whole, address, round, square] = found;
    const between = text.slice(from, found.index).split(/[\r\n;]/);
    from = found.index + whole.length;
    const before = nameOf(between.pop()!.slice(-MAX_NAME));
    skip(between);
    const name = Object.keys(before).length > 0 ? before : nameIn(round ?? square ?? '');
    rows.push({ email: tidyEmail(address!.replace(MARKS, '')), ...name });
  }
  skip(text.slice(from).split(/[\r\n;]/));
  return { rows, skipped };
}
