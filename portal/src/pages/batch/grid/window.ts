/** The part of a long list that is worth having in the document. */
export interface Window {
  readonly first: number;
  /** One past the last. */
  readonly end: number;
}

/** Rows beyond either edge, so that scrolling shows no gap. */
const BEYOND = 6;

/** Which of `total` rows of one height are seen, and a few more. */
export function windowOf(total: number, rowHeight: number, scrollTop: number, height: number): Window {
  const seen = Math.ceil(height / rowHeight) + 1;
  const top = Math.min(Math.max(Math.floor(scrollTop / rowHeight), 0), Math.max(total - seen, 0));
  return { first: Math.max(top - BEYOND, 0), end: Math.min(top + seen + BEYOND, total) };
}

/** Where to scroll so that a row is wholly seen under a header; where it is, when it is. */
export function scrollFor(row: number, rowHeight: number, header: number, scrollTop: number, height: number): number {
  const top = row * rowHeight;
  const bottom = top + rowHeight - (height - header);
  return top < scrollTop ? top : Math.max(bottom, scrollTop);
}
