/** What was typed on one page for another that suits it better. It is in this tab's memory alone. */
export interface Carried {
  readonly addresses: string;
  readonly seed?: string;
  readonly reason?: string;
}

let carried: Carried | undefined;

export function carry(what: Carried): void {
  carried = what;
}

/** Gives what was carried to this page, once. */
export function takeCarried(): Carried | undefined {
  const what = carried;
  carried = undefined;
  return what;
}
