/**
 * The examination of the sources beside the runs: the name of each file is the
 * hash of its content.
 *
 * @module
 */

import { SOURCES } from "../../../core/store/source.ts";
import { pathWithin } from "../../../core/store/safe_path.ts";
import { hashFile } from "../../../core/store/file_hashes.ts";
import { MAX_BYTES } from "../../../core/store/limits.ts";
import { isJsonObject } from "../../../core/utils/json.ts";
import { readJsonFile } from "../../../core/store/json_file.ts";
import type { SourceInfo } from "../../../core/store/run_info.ts";
import { isStale, isTemporary, listTree, sumBytes } from "./files.ts";
import { type Finding, Findings } from "./finding.ts";

const CONTENT = /^files\/([0-9a-f]{64})$/;
const LIST = /^([0-9a-f]{64})\.json$/;

/**
 * Examines the store of sources.
 *
 * @param runs The directory that holds all runs.
 * @param wanted The sources that its runs ran, by the run's id.
 * @returns What was found; a missing source is only a note, as runs may be
 * copied without it.
 */
export async function examineSources(
  runs: string,
  wanted: ReadonlyMap<string, readonly SourceInfo[]>,
): Promise<{ readonly findings: readonly Finding[]; readonly bytes: number }> {
  const store = `${runs}/${SOURCES}`;
  const findings = new Findings(SOURCES);
  if (leadsOut(store, runs)) {
    findings.add("foreign", "", "it is a link that leads out of the runs");
    return { findings: findings.all, bytes: 0 };
  }
  const all = listTree(store, (path, reason) => {
    findings.add("unreadable", path, reason);
  });
  const lists = new Set<string>();
  const contents = new Set<string>();
  for (const { path, info } of all) {
    if (info.isDirectory) continue;
    const name = path.split("/").at(-1)!;
    if (info.isFile && isTemporary(name)) {
      const reason = "it was never completed";
      findings.add("temporary", path, reason, { isLeftOver: isStale(info) });
      continue;
    }
    const [, list] = LIST.exec(path) ?? [];
    const [, hash = list] = CONTENT.exec(path) ?? [];
    if (!info.isFile || info.size > MAX_BYTES.text || !hash) {
      findings.add("foreign", path, "it does not belong in the store", {
        isNote: info.isFile,
      });
      continue;
    }
    await findings.attempt(path, async () => {
      if (list) lists.add(list);
      else contents.add(hash);
      if (await hashFile(`${store}/${path}`) === hash) return;
      findings.add("damaged", path, "its content does not match its name");
    });
  }
  for (const hash of lists) {
    const path = `${hash}.json`;
    if (findings.has(path)) continue;
    const files = await findings.attempt(
      path,
      () => readJsonFile(`${store}/${path}`).files,
    );
    for (const content of Object.values(isJsonObject(files) ? files : {})) {
      const file = `files/${content}`;
      if (contents.has(String(content)) || findings.has(file)) continue;
      findings.add("missing", file, `it belongs to source ${hash}`);
    }
  }
  // If the store cannot be listed, it may contain them all.
  if (!findings.all.some(({ file }) => file === SOURCES)) {
    reportMissing(findings, wanted, lists);
  }
  return { findings: findings.all, bytes: sumBytes(all) };
}

/** Reports the sources that were not copied along with their runs. */
function reportMissing(
  findings: Findings,
  wanted: ReadonlyMap<string, readonly SourceInfo[]>,
  lists: ReadonlySet<string>,
): void {
  const missing = new Map<string, string[]>();
  for (const [run, sources] of wanted) {
    for (const hash of new Set(sources.map(({ sha256 }) => sha256))) {
      if (lists.has(hash)) continue;
      missing.getOrInsertComputed(hash, () => []).push(run);
    }
  }
  for (const [hash, runs] of missing) {
    const [first, ...others] = runs;
    const who = others.length > 0
      ? `${first} and ${others.length} more`
      : first;
    const reason = `the source that ${who} ran is not stored here`;
    findings.add("missing", `${hash}.json`, reason, { isNote: true });
  }
}

/**
 * Says whether a path is a link that leads out of the runs.
 *
 * @param path The path.
 * @param runs The directory that holds all runs.
 * @returns Whether it is one; not if it cannot be looked at.
 */
export function leadsOut(path: string, runs: string): boolean {
  try {
    return Deno.lstatSync(path).isSymlink && pathWithin(path, runs) === null;
  } catch {
    return false;
  }
}
