/**
 * The examination of the sources beside the runs: the name of each file is the
 * hash of its content.
 *
 * @module
 */

import { basename } from "@std/path";
import { hashFile } from "../../../core/store/file_hashes.ts";
import { readJsonFile } from "../../../core/store/json_file.ts";
import { MAX_BYTES } from "../../../core/store/limits.ts";
import { SOURCES } from "../../../core/store/source.ts";
import { isJsonObject } from "../../../core/utils/json.ts";
import { isStale, isTemporary, listTree, sumBytes } from "./files.ts";
import type { Findings } from "./finding.ts";

/** Names of contents, and of the lists of a source's files. */
const CONTENT = /^files\/([0-9a-f]{64})$/, LIST = /^([0-9a-f]{64})\.json$/;

/**
 * Examines the store of sources.
 *
 * @param runs The directory that holds all runs.
 * @param users The runs that ran a source, by its hash.
 * @param findings Where to add what is found; a missing source is only a note,
 * as runs may be copied without it.
 * @returns The size of the store in bytes.
 */
export async function examineSources(
  runs: string,
  users: ReadonlyMap<string, readonly string[]>,
  findings: Findings,
): Promise<number> {
  const store = `${runs}/${SOURCES}`;
  const all = listTree(store, (path, reason) => {
    findings.add("unreadable", path, reason);
  });
  const files = all.filter(({ info }) => !info.isDirectory);
  for (const { path, info } of files) {
    if (info.isFile && isTemporary(basename(path))) {
      const reason = "it was never completed";
      findings.add("temporary", path, reason, { isLeftOver: isStale(info) });
      continue;
    }
    const [, hash] = LIST.exec(path) ?? CONTENT.exec(path) ?? [];
    if (!info.isFile || info.size > MAX_BYTES.text || !hash) {
      findings.add("foreign", path, "it does not belong in the store", {
        isNote: info.isFile,
      });
      continue;
    }
    const now = await findings.attempt(
      path,
      () => hashFile(`${store}/${path}`),
    );
    if (now !== undefined && now !== hash) {
      findings.add("damaged", path, "its content does not match its name");
    }
  }
  const paths = new Set(files.map(({ path }) => path));
  for (const path of paths) {
    const [, source] = LIST.exec(path) ?? [];
    const list = source && await findings.attempt(
      path,
      () => readJsonFile(`${store}/${path}`).files,
    );
    for (const content of Object.values(isJsonObject(list) ? list : {})) {
      const file = `files/${content}`;
      if (paths.has(file) || findings.has(file)) continue;
      findings.add("missing", file, `it belongs to source ${source}`);
    }
  }
  // If the store cannot be listed, it may contain them all.
  const isListed = !findings.all.some(({ file }) => file === SOURCES);
  for (const [hash, [first, ...others]] of isListed ? users : []) {
    const path = `${hash}.json`;
    if (paths.has(path)) continue;
    const who = others.length > 0
      ? `${first} and ${others.length} more`
      : first;
    const reason = `the source that ${who} ran is not stored here`;
    findings.add("missing", path, reason, { isNote: true });
  }
  return sumBytes(all);
}
