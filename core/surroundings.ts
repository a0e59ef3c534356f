import type { SourceInfo, Surroundings } from "./utils/run_directory.ts";
import { VERSION } from "./version.ts";

/** Rights to folders, and all others. */
const FOLDER_RIGHTS = ["read", "write"] as const;
const OTHER_RIGHTS = ["net", "env", "run", "sys", "ffi", "import"] as const;

/**
 * What this process rests on, as far as is known before there is an engine.
 *
 * @param runs The directory that holds all runs.
 * @param source What runs, where that is known.
 * @returns Versions, machine, process and rights.
 */
export function surroundings(
  runs: string,
  source: SourceInfo | null,
): Surroundings {
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
    permissions: permissions(runs),
  };
}

/**
 * What this process is allowed. Deno does not tell to which folders a right
 * extends, so the two are asked for that matter here.
 */
function permissions(runs: string): Record<string, string> {
  const isGranted = (descriptor: Deno.PermissionDescriptor) =>
    Deno.permissions.querySync(descriptor).state === "granted";
  return Object.fromEntries([
    ...FOLDER_RIGHTS.map((name) => {
      const folders = [".", runs].filter((path) => isGranted({ name, path }));
      const some = folders[0] ?? "none";
      return [name, isGranted({ name }) ? "all" : some];
    }),
    ...OTHER_RIGHTS.map((name) => [name, isGranted({ name }) ? "all" : "none"]),
  ]);
}

/**
 * Says in what two sessions differ that results may depend on: the last digits
 * on engine, versions and machine, all of them on the source. What one of the
 * two does not know is passed over.
 *
 * @param before What a run rested on.
 * @param now What it is to rest on, or another one does.
 * @returns A clause each: `the engine was wasm and is cpu`.
 */
export function changesThatMatter(
  before: Surroundings,
  now: Surroundings,
): string[] {
  const facts = (of: Surroundings) => ({
    "the engine": of.engine,
    "the engine's rounding": of.numerics && JSON.stringify(of.numerics),
    "TensorFlow.js": of.versions.tfjs,
    "Deno": of.versions.deno,
    "V8": of.versions.v8,
    "Whisker": of.versions.whisker,
    "the processor": of.host.arch,
    "the source": of.source?.sha256.slice(0, SHORT_HASH),
    "the lock file": of.source?.lock?.slice(0, SHORT_HASH),
  });
  const current = facts(now);
  return Object.entries(facts(before)).flatMap(([what, was]) => {
    const is = current[what as keyof typeof current];
    const isKnown = was !== null && was !== undefined && is;
    return isKnown && was !== is ? [`${what} was ${was} and is ${is}`] : [];
  });
}

/** Enough of a hash to tell two apart by eye. */
const SHORT_HASH = 12;
