const TOKEN = /(?:^|#|%23)([\da-f]{64})(?![\da-f])/i;

/**
 * The token of a mail's link: in the link, in its part from the `#` on, alone, or in the text around it. Mail programs
 * break long lines, some with `=`, and write the `#` as `%23` in links that they check.
 */
export function tokenIn(text: string): string | undefined {
  const found = TOKEN.exec(text.trim()) ?? TOKEN.exec(text.replace(/=?\s+/g, ''));
  return found?.[1]?.toLowerCase();
}
