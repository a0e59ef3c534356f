/**
 * The examination of the sources that are kept beside the runs: each content is
 * what its name, a hash, says.
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
import { bytesOf, filesIn, isStale, isTemporary } from "./files.ts";
import { type Finding, Findings } from "./finding.ts";

const CONTENT = /^files\/([0-9a-f]{64})$/;
const LIST = /^([0-9a-f]{64})\.json$/;

/**
 * Examines the store of sources.
 *
 * @param runs The directory that holds all runs.
 * @param wanted The sources that the runs in it ran, by the run's id.
 * @returns What was found; a source that is not in the store is a note, as runs
 * may be copied without it.
 */
export async function examineSources(
  runs: string,
  wanted: ReadonlyMap<string, readonly SourceInfo[]>,
): Promise<{ readonly findings: readonly Finding[]; readonly bytes: number }> {
  const store = `${runs}/${SOURCES}`;
  const findings = new Findings(SOURCES);
  if (isElsewhere(store, runs)) {
    findings.add("foreign", "", "it is a link that leads out of the runs");
    return { findings: findings.all, bytes: 0 };
  }
  const all = filesIn(store, (path, reason) => {
    findings.add("unreadable", path, reason);
  });
  const lists = new Set<string>();
  const contents = new Set<string>();
  for (const { path, info } of all) {
    if (info.isDirectory) continue;
    const name = path.split("/").at(-1)!;
    if (info.isFile && isTemporary(name)) {
      const reason = "it was never given the name of a file";
      findings.add("temporary", path, reason, { isLeftOver: isStale(info) });
      continue;
    }
    const [, list] = LIST.exec(path) ?? [];
    const [, hash = list] = CONTENT.exec(path) ?? [];
    if (!info.isFile || info.size > MAX_BYTES.text || !hash) {
      findings.add("foreign", path, "it is no part of the store", {
        isNote: info.isFile,
      });
      continue;
    }
    await findings.attempt(path, async () => {
      if (list) lists.add(list);
      else contents.add(hash);
      if (await hashFile(`${store}/${path}`) === hash) return;
      findings.add("damaged", path, "its content is not what its name says");
    });
  }
  for (const hash of lists) {
    const path = `${hash}.json`;
    // Whatever is wrong in it is that it is not as it was written.
    if (findings.has(path)) continue;
    const files = await findings.attempt(
      path,
      () => readJsonFile(`${store}/${path}`).files,
    );
    for (const content of Object.values(isJsonObject(files) ? files : {})) {
      const file = `files/${content}`;
      if (contents.has(String(content)) || findings.has(file)) continue;
      findings.add("missing", file, `source ${hash} has such a file`);
    }
  }
  // What cannot be listed may hold them all.
  if (!findings.all.some(({ file }) => file === SOURCES)) {
    reportMissing(findings, wanted, lists);
  }
  return { findings: findings.all, bytes: bytesOf(all) };
}

/** Says which sources were not copied along with their runs. */
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
    const reason = `the source that ${who} ran is not here`;
    findings.add("missing", `${hash}.json`, reason, { isNote: true });
  }
}

function isElsewhere(path: string, runs: string): boolean {
  try {
    return Deno.lstatSync(path).isSymlink && pathWithin(path, runs) === null;
  } catch {
    return false;
  }
}
