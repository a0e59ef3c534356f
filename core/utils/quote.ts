/**
 * Quotes an argument for a shell, if it needs that.
 *
 * @param text The argument.
 * @returns The argument as a shell reads it.
 */
export function quote(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text)
    ? text
    : `'${text.replaceAll("'", `'\\''`)}'`;
}
