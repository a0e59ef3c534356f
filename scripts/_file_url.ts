import { resolve } from "@std/path";

/**
 * Writes the path of a module as a URL.
 *
 * @param path The path.
 * @returns The URL, by which it can be imported.
 */
export function toFileUrl(path: string): string {
  const url = new URL("file:///");
  url.pathname = resolve(path).replaceAll("%", "%25");
  return url.href;
}
