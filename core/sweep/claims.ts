/**
 * Who runs which task: a folder for each attempt, `claims/KEY.ATTEMPT/`, made by
 * an exclusive `mkdir`, which is atomic also on NFS.
 *
 * ```text
 * lock        locked by the worker and by the task's own process
 * task.json   the task
 * run.json    the run, once it has a directory
 * end.json    how it ended
 * ```
 *
 * An attempt without `end.json` whose lock is free has died. Whoever takes the
 * next one holds that lock meanwhile, and a process that gets a lock looks for
 * the next attempt first: so at no time do two processes run one task, however
 * long one of them was suspended.
 *
 * @module
 */

import { ifExists } from "../store/if_exists.ts";
import { readJsonFile, writeJsonFile } from "../store/json_file.ts";
import { lock, tryLock } from "../store/lock.ts";
import { exists } from "../utils/exists.ts";
import type { EndStatus, Outcome, Task } from "./types.ts";

/** How an attempt ended: `end.json`. */
export interface ClaimEnd {
  /** How it ended. */
  readonly status: EndStatus;
  /** The run; null if there is none. */
  readonly runId: string | null;
  /** How long it took; null where nothing was done. */
  readonly seconds: number | null;
  /** Why it failed or died, if that is known. */
  readonly error?: string;
}

const CLAIM = /^(.+)\.(\d+)$/;
const LOCK = "lock", TASK = "task.json", RUN = "run.json", END = "end.json";

/** A task that this process has taken, until the end of its scope. */
export interface Claim extends Disposable {
  /** Its folder. */
  readonly path: string;
  /** The task's key. */
  readonly key: string;
}

/** All claims of one sweep, as one process sees them. */
export class Claims {
  readonly #folder: string;
  /** What has ended does not change while a sweep runs. */
  readonly #ends = new Map<string, ClaimEnd>();
  /** Not looked at: on NFS, to open a file again would release its lock. */
  readonly #own = new Set<string>();
  #outcomes = new Map<string, Outcome>();
  #readAt = -Infinity;

  /**
   * Prepares to read the claims of a sweep.
   *
   * @param sweepPath The sweep's folder.
   */
  constructor(sweepPath: string) {
    this.#folder = `${sweepPath}/claims`;
  }

  /**
   * Reads how the tasks taken so far stand.
   *
   * @param maxAge How old, in milliseconds, the answer may be as far as other
   * processes are concerned.
   * @returns The last attempt of each task, by its key.
   */
  read(maxAge = 0): ReadonlyMap<string, Outcome> {
    const now = performance.now();
    if (now - this.#readAt < maxAge) return this.#outcomes;
    const attempts = new Map<string, number>();
    // A sweep that is only described has no folder yet.
    const entries = ifExists(() => [...Deno.readDirSync(this.#folder)]) ?? [];
    for (const { name } of entries) {
      const [, key, digits] = CLAIM.exec(name) ?? [];
      if (key === undefined) continue;
      const attempt = Number(digits);
      if (attempt >= (attempts.get(key) ?? 0)) attempts.set(key, attempt);
    }
    this.#readAt = now;
    this.#outcomes = new Map(
      attempts.entries().map(([key, attempt]) => [
        key,
        this.#readOutcome(key, attempt),
      ]),
    );
    return this.#outcomes;
  }

  #readOutcome(key: string, attempt: number): Outcome {
    const path = this.#path(key, attempt);
    let end = this.#readEnd(path);
    if (!end) {
      if (this.#own.has(path) || isHeld(path)) {
        const runId = this.#findRunId(key, attempt);
        const status = "running";
        return { key, attempt, status, runId, seconds: null, deaths: 0 };
      }
      // It may have ended just before its lock was looked at.
      end = this.#readEnd(path);
    }
    const { status = "died", ...rest } = end ?? {};
    const runId = end ? end.runId : this.#findRunId(key, attempt);
    const deaths = status === "died" ? this.#countDeaths(key, attempt) : 0;
    return { key, attempt, seconds: null, ...rest, status, runId, deaths };
  }

  /** The run of a task; one that died at once says nothing of it. */
  #findRunId(key: string, attempt: number): string | null {
    for (let at = attempt; at >= 0; at--) {
      const runId = readRunId(this.#path(key, at));
      if (runId !== undefined) return runId;
    }
    return null;
  }

  #countDeaths(key: string, attempt: number): number {
    let deaths = 1;
    while (deaths < attempt) {
      const end = this.#readEnd(this.#path(key, attempt - deaths));
      if (end && end.status !== "died") break;
      deaths++;
    }
    return deaths;
  }

  #readEnd(path: string): ClaimEnd | undefined {
    const known = this.#ends.get(path);
    if (known) return known;
    const end = readEnd(path);
    if (end) this.#ends.set(path, end);
    return end ?? undefined;
  }

  #path(key: string, attempt: number): string {
    return `${this.#folder}/${key}.${attempt}`;
  }

  /**
   * Takes a task, unless another process has it.
   *
   * @param task The task.
   * @param runId The run to go on with, if there is one.
   * @returns The claim; null if another process has it.
   */
  take(task: Task, runId: string | null): Claim | null {
    const { key } = task;
    const last = this.#outcomes.get(key)?.attempt;
    // If another process was first, what is known is out of date.
    const lose = () => {
      this.#readAt = -Infinity;
      return null;
    };
    const attempt = (last ?? 0) + 1;
    const path = this.#path(key, attempt);
    // Held until the new attempt is there.
    using before = last === undefined
      ? null
      : seizeClaim(this.#path(key, last));
    if (last !== undefined && !before) return lose();
    try {
      Deno.mkdirSync(path);
    } catch (error) {
      if (error instanceof Deno.errors.AlreadyExists) return lose();
      throw error;
    }
    const held = holdClaim(path);
    if (!held) { // Another process took it for dead before it was locked.
      writeEnd(path, { status: "interrupted", runId, seconds: null });
      return lose();
    }
    writeJsonFile(`${path}/${TASK}`, { task, runId });
    this.#own.add(path);
    const update = () =>
      this.#outcomes.set(key, this.#readOutcome(key, attempt));
    const dispose = () => {
      held[Symbol.dispose]();
      this.#own.delete(path);
      update();
    };
    update();
    return { key, path, [Symbol.dispose]: dispose };
  }

  /**
   * Writes down how a task stands without running it: an earlier run was found,
   * or an attempt that ended is to be judged anew.
   *
   * @param key The task's key.
   * @param end How it stands.
   */
  note(key: string, end: ClaimEnd): void {
    const attempt = this.#outcomes.get(key)?.attempt ?? 0;
    const path = this.#path(key, attempt);
    ifMissing(() => Deno.mkdirSync(path));
    writeEnd(path, end);
    this.#ends.set(path, end);
    this.#outcomes.set(key, this.#readOutcome(key, attempt));
  }
}

/** Does something unless it is done already. */
function ifMissing(make: () => void): void {
  try {
    make();
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  }
}

/**
 * Holds a claim with another process that may hold it too: the worker and the
 * task's own process.
 *
 * @param path The claim's folder.
 * @returns Releases it at the end of its scope; null if the task was taken from
 * this process meanwhile.
 */
export function holdClaim(path: string): Disposable | null {
  const file = openLock(path);
  const [, key, attempt] = CLAIM.exec(path)!;
  const next = `${key}.${Number(attempt) + 1}`;
  if (lock(file, false) && !exists(next)) return file;
  file.close();
  return null;
}

/** Locks a claim that nobody holds; null if somebody does. */
function seizeClaim(path: string): Disposable | null {
  const file = openLock(path);
  if (tryLock(file, `${path}/${LOCK}`, true)) return file;
  file.close();
  return null;
}

function openLock(path: string): Deno.FsFile {
  const how = { read: true, write: true, create: true };
  return Deno.openSync(`${path}/${LOCK}`, how);
}

/** Whether some process holds a claim. */
function isHeld(path: string): boolean {
  using free = seizeClaim(path);
  return free === null;
}

/** Where file systems have no locks, this shows that a process is alive. */
export function refreshClaim(path: string): void {
  Deno.utimeSync(`${path}/${LOCK}`, new Date(), new Date());
}

/** Reads what a claim is for. */
export function readClaim(
  path: string,
): { readonly task: Task; readonly runId: string | null } {
  return readJsonFile(`${path}/${TASK}`) as unknown as ReturnType<
    typeof readClaim
  >;
}

/** Writes down which run a task has, before that run has begun. */
export function writeRunId(path: string, runId: string): void {
  writeJsonFile(`${path}/${RUN}`, { runId });
}

/**
 * Reads which run an attempt has.
 *
 * @param path The claim's folder.
 * @returns The run; null if it began without one, undefined if it does not say.
 */
export function readRunId(path: string): string | null | undefined {
  const files = [END, RUN, TASK];
  const file = files.find((name) => exists(`${path}/${name}`));
  if (file === undefined) return undefined;
  const { runId } = readJsonFile(`${path}/${file}`);
  return typeof runId === "string" ? runId : null;
}

/** Writes down how an attempt ended. */
export function writeEnd(path: string, end: ClaimEnd): void {
  writeJsonFile(`${path}/${END}`, end);
}

/** Reads how an attempt ended; null if it has not, or died. */
export function readEnd(path: string): ClaimEnd | null {
  if (!exists(`${path}/${END}`)) return null;
  const { schemaVersion: _, ...end } = readJsonFile(`${path}/${END}`);
  return end as unknown as ClaimEnd;
}
