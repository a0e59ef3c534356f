/**
 * Writes the path of a module as a URL.
 *
 * @param path The path.
 * @returns The URL, by which it can be imported.
 */
export async function toFileUrl(path: string): Promise<string> {
  // Help does not wait for it.
  const { resolve } = await import("@std/path");
  const url = new URL("file:///");
  url.pathname = resolve(path).replaceAll("%", "%25");
  return url.href;
}
