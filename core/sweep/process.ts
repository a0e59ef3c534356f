/**
 * A task's own process: it has the permissions of a training or evaluation, and if it
 * crashes or runs out of memory, no other task is affected.
 *
 * @module
 */

import { isAbsolute, relative } from "@std/path";
import { shorten } from "../utils/terminal.ts";
import {
  type Claim,
  type ClaimEnd,
  readEnd,
  readRunId,
  writeEnd,
} from "./claims.ts";
import type { Sweep } from "./manifest.ts";

/** The folder of the source in that of a sweep. */
export const SOURCE_FOLDER = "source";

/** The program of a task in that folder. */
export const TASK_PROGRAM = "scripts/_task.ts";

/** The program of a worker, which schedulers run. */
export const WORK_PROGRAM = "scripts/_work.ts";

/** How tasks are stopped. */
export interface StopSignals {
  /** Stops them after a checkpoint. */
  readonly signal?: AbortSignal;
  /** Stops them at once. */
  readonly forceSignal?: AbortSignal;
}

/** The time that a process has to stop at once, before it is killed. */
const FORCE_MS = 1000;

/**
 * Runs a task in a process of its own.
 *
 * @param sweep The sweep.
 * @param claim The claim of this process on the task.
 * @param stop The signals that stop it.
 * @returns How it ended.
 */
export async function runInProcess(
  sweep: Sweep,
  claim: Claim,
  { signal, forceSignal }: StopSignals,
): Promise<ClaimEnd> {
  const child = new Deno.Command("deno", {
    args: [
      ...["run", "--quiet", "--no-prompt", "--config=deno.json"],
      `-P=${sweep.manifest.plan.type === "evaluate" ? "eval" : "train"}`,
      ...listGrants(sweep),
      `${sweep.path}/${SOURCE_FOLDER}/${TASK_PROGRAM}`,
      claim.path,
    ],
    ...{ stdin: "null", stdout: "piped", stderr: "piped" },
  }).spawn();
  const done = new AbortController();
  const kill = (name: Deno.Signal) => {
    try {
      child.kill(name);
    } catch { /* it has ended */ }
  };
  const onAbort = (source: AbortSignal | undefined, react: () => void) => {
    if (source?.aborted) return react();
    source?.addEventListener("abort", react, { signal: done.signal });
  };
  let timer: ReturnType<typeof setTimeout> | undefined;
  onAbort(signal, () => kill("SIGTERM"));
  onAbort(forceSignal, () => {
    kill("SIGTERM");
    timer = setTimeout(() => kill("SIGKILL"), FORCE_MS);
  });
  const [stdout, stderr, status] = await Promise.all([
    readTail(child.stdout),
    readTail(child.stderr),
    child.status,
  ]);
  done.abort();
  clearTimeout(timer);
  const runId = readRunId(claim.path) ?? null;
  const output = stdout + stderr;
  if (output !== "") appendLog(sweep, claim.path, runId, output);
  const end = readEnd(claim.path);
  if (end) return end;
  const died: ClaimEnd = {
    // A process that is stopped before it listens to signals just ends.
    status: signal?.aborted ? "interrupted" : "died",
    ...{ runId, seconds: null, error: describeDeath(status, stderr) },
  };
  writeEnd(claim.path, died);
  return died;
}

/** A process writes its log itself; this is for what Deno prints besides. */
const TAIL_LENGTH = 10_000;

async function readTail(stream: Deno.ChildProcess["stdout"]): Promise<string> {
  let tail = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    tail = (tail + text).slice(-TAIL_LENGTH);
  }
  return tail;
}

/**
 * Appends to the log of a run, or to that of the claim while there is no run.
 *
 * @param sweep The sweep.
 * @param claimPath The claim's folder.
 * @param runId The run, if it has begun.
 * @param text What to append.
 */
export function appendLog(
  { runs }: Sweep,
  claimPath: string,
  runId: string | null,
  text: string,
): void {
  const folder = runId === null ? claimPath : `${runs}/${runId}`;
  Deno.writeTextFileSync(`${folder}/log.txt`, text, { append: true });
}

function describeDeath(
  { signal, code }: Deno.CommandStatus,
  stderr: string,
): string {
  const how = signal ? `killed by ${signal}` : `exit status ${code}`;
  const last = stderr.trim().split("\n").findLast((line) =>
    /error|fatal|panicked/i.test(line)
  );
  return last ? `${how}: ${shorten(last.trim(), 300)}` : how;
}

/** Lists permissions beyond those in deno.json, for paths outside the project. */
export function listGrants({ runs, manifest }: Sweep): string[] {
  const isWithin = (path: string, folder: string) => {
    const inside = relative(folder, path);
    return !inside.startsWith("..") && !isAbsolute(inside);
  };
  const paths = [...Object.keys(manifest.files), runs];
  const read = paths.filter((path) => !isWithin(path, "."));
  return [
    ...(read.length > 0 ? [`--allow-read=${[".", ...read].join(",")}`] : []),
    ...(isWithin(runs, "runs") ? [] : [`--allow-write=./runs,${runs}`]),
  ];
}
