import { resolve } from "@std/path";
import { readText } from "../store/read_text.ts";
import { globalConfigSchema } from "../config/global_config.ts";
import { runIdFromPath } from "../store/run_directory.ts";
import type {
  Environment,
  RunInfo,
  SessionInfo,
  SourceInfo,
} from "../store/run_info.ts";
import type { RunOptions } from "./run_options.ts";
import { SHORT_HASH } from "../utils/hash.ts";
import { VERSION } from "../version.ts";

/** Rights to folders, and all others. */
const FOLDER_RIGHTS = ["read", "write"] as const;
const OTHER_RIGHTS = ["net", "env", "run", "sys", "ffi", "import"] as const;

/**
 * Reads the environment of this process. The engine is not known yet.
 *
 * @param runs The directory that holds all runs.
 * @param source What runs, where that is known.
 * @returns Versions, machine, process, commit and permissions.
 */
export function readEnvironment(
  runs: string,
  source: SourceInfo | null,
): Environment {
  return {
    versions: {
      whisker: VERSION,
      deno: Deno.version.deno,
      v8: Deno.version.v8,
      tfjs: null,
    },
    engine: null,
    numerics: null,
    host: {
      os: Deno.build.os,
      arch: Deno.build.arch,
      cpus: navigator.hardwareConcurrency,
    },
    pid: Deno.pid,
    source,
    commit: readCommit(".git"),
    permissions: readPermissions(runs),
  };
}

/**
 * Describes a training or evaluation that begins now.
 *
 * @param runPath The run's directory.
 * @param options How it is carried out.
 * @param source What runs, where that is known.
 * @returns What its file says at first.
 */
export function beginSession(
  runPath: string,
  options: RunOptions,
  source: SourceInfo | null,
): SessionInfo {
  const { command = "", args = [] } = options;
  const { globals = globalConfigSchema.defaults } = options;
  return {
    ...{ runId: runIdFromPath(runPath), status: "running" },
    startedAt: new Date().toISOString(),
    ...{ finishedAt: null, seconds: null, command, args },
    ...readEnvironment(globals.runs, source),
  };
}

const COMMIT = /^[0-9a-f]{40,64}$/;

/**
 * Reads which commit is checked out, without running Git.
 *
 * @param git The repository's `.git`: a folder, or in a worktree a file that
 * names one.
 * @returns The commit's hash; null outside a repository, before the first
 * commit, or where it may not be read.
 */
export function readCommit(git: string): string | null {
  const read = (path: string) => {
    try {
      return readText(path).trim();
    } catch {
      return "";
    }
  };
  const folder = read(git).match(/^gitdir: (.+)$/)?.[1] ?? git;
  const head = read(`${folder}/HEAD`);
  const ref = head.match(/^ref: (refs\/[\w./-]+)$/)?.[1];
  if (ref === undefined) return COMMIT.test(head) ? head : null;
  const shared = read(`${folder}/commondir`);
  const common = shared === "" ? folder : resolve(folder, shared);
  const packed = read(`${common}/packed-refs`).split("\n")
    .find((line) => line.endsWith(` ${ref}`))?.split(" ")[0];
  const commit = read(`${common}/${ref}`) || packed || "";
  return COMMIT.test(commit) ? commit : null;
}

/**
 * Reads the permissions of this process. Deno cannot list the folders that are
 * granted, so the two that matter are queried.
 */
function readPermissions(runs: string): Record<string, string> {
  const isGranted = (descriptor: Deno.PermissionDescriptor) =>
    Deno.permissions.querySync(descriptor).state === "granted";
  return Object.fromEntries([
    ...FOLDER_RIGHTS.map((name) => {
      const folder = [".", runs].find((path) => isGranted({ name, path }));
      return [name, isGranted({ name }) ? "all" : folder ?? "none"];
    }),
    ...OTHER_RIGHTS.map((name) => [name, isGranted({ name }) ? "all" : "none"]),
  ]);
}

/**
 * Lists an environment as named facts, to show or compare.
 *
 * @param environment What a run depended on.
 * @returns The facts that are known.
 */
export function listFacts(environment: Environment): Record<string, string> {
  const { numerics, host, source, permissions } = environment;
  const { whisker, deno, v8, tfjs, ...others } = environment.versions;
  const facts: Record<string, string | number | null | undefined> = {
    "source": source?.sha256.slice(0, SHORT_HASH),
    "commit": environment.commit?.slice(0, SHORT_HASH),
    "lock file": source?.lock?.slice(0, SHORT_HASH),
    "data": environment.data?.slice(0, SHORT_HASH),
    "Whisker": whisker,
    "Deno": deno,
    "V8": v8,
    "TensorFlow.js": tfjs,
    ...others,
    "engine": environment.engine,
    "rounding": numerics &&
      `sums in ${numerics.accumulation}, ${
        numerics.fma ? "fused" : "not fused"
      } with products`,
    "system": host.os,
    "processor": host.arch,
    "processors": host.cpus,
    "permissions": permissions && formatPermissions(permissions),
  };
  return Object.fromEntries(
    Object.entries(facts)
      .filter(([, fact]) => fact !== null && fact !== undefined)
      .map(([name, fact]) => [name, String(fact)]),
  );
}

/** The rights that were there: `read in ., write in runs`. */
function formatPermissions(
  permissions: Readonly<Record<string, string>>,
): string {
  const rights = Object.entries(permissions)
    .filter(([, extent]) => extent !== "none")
    .map(([kind, extent]) => extent === "all" ? kind : `${kind} in ${extent}`);
  return rights.join(", ") || "none";
}

/** Facts that results may depend on: some in their last digits alone. */
const MATTER = [
  ...["data", "source", "lock file"],
  ...["Whisker", "Deno", "V8", "TensorFlow.js"],
  ...["engine", "rounding", "processor"],
];

/**
 * Lists differences between two environments that results may depend on. Facts that
 * are unknown in one of them are ignored.
 *
 * @param before What a run depended on.
 * @param now What it, or another run, depends on now.
 * @returns A clause each: `the engine was wasm and is cpu`.
 */
export function changesThatMatter(
  before: Environment,
  now: Environment,
): string[] {
  const was = listFacts(before), is = listFacts(now);
  return MATTER
    .filter((name) => name in was && name in is && was[name] !== is[name])
    .map((name) => {
      const the = /^[a-z]/.test(name) ? "the " : "";
      return `${the}${name} was ${was[name]} and is ${is[name]}`;
    });
}

/**
 * Lists what changed between the sessions of a run that was resumed.
 *
 * @param info What `run.json` says.
 * @returns A clause each.
 */
export function changesOnTheWay(
  info: Environment & Pick<RunInfo, "resumed">,
): string[] {
  return (info.resumed ?? []).flatMap((session) =>
    changesThatMatter(info, session)
      .map((change) => `when it was resumed at ${session.at}, ${change}`)
  );
}
