const zone = { timeZone: 'Asia/Singapore' } as const;
const days = new Intl.DateTimeFormat('en-SG', { ...zone, day: '2-digit', month: '2-digit', year: 'numeric' });
const moments = new Intl.DateTimeFormat('en-SG', {
  ...zone,
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: 'numeric',
  minute: '2-digit',
});

/** `23-11-2026`, as TechBiz writes it. */
export const asDay = (at: string): string => days.format(new Date(at)).replaceAll('/', '-');
/** `23 Nov 2026, 5:24 pm`. */
export const asMoment = (at: string | Date): string => moments.format(new Date(at));
/** `5:24 pm`. */
export const asTime = (at: string | Date): string => asMoment(at).split(', ')[1]!;
/** `Monday, 23 November 2026`. */
export function asLongDay(at: string): string {
  const long = { ...zone, weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' } as const;
  return new Date(at).toLocaleDateString('en-SG', long);
}

export const numbers = new Intl.NumberFormat('en-SG');

/** `1 invite`, `1,234 invites`. */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${numbers.format(n)} ${n === 1 ? one : many}`;
}

/** How long to wait, in words. */
export function asWait(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.ceil(seconds))} seconds`;
  if (seconds < 5400) return `${Math.ceil(seconds / 60)} minutes`;
  return `until ${asMoment(new Date(Date.now() + seconds * 1000))}`;
}
