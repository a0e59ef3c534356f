/**
 * The examination of one run: every file that a run leaves is read to its end.
 *
 * @module
 */

import { pathWithin } from "../../../core/store/safe_path.ts";
import {
  CHECKPOINT_FILE,
  readCheckpoint,
} from "../../../core/store/checkpoint.ts";
import { hashFile } from "../../../core/store/file_hashes.ts";
import { HISTORY_FILE } from "../../../core/store/lock.ts";
import { HistoryReader } from "../../../core/store/history.ts";
import { isAlive } from "../../../core/store/lock.ts";
import type { JsonObject } from "../../../core/utils/json.ts";
import {
  readRunInfo,
  readStatus,
  type RunInfo,
  type SourceInfo,
} from "../../../core/store/run_info.ts";
import {
  type EvaluationInfo,
  readEvaluations,
} from "../../../core/store/evaluations.ts";
import {
  isStarting,
  runIdFromPath,
} from "../../../core/store/run_directory.ts";
import {
  type Problem,
  readConfigFile,
  readRunFile,
} from "../../../core/store/run_file.ts";
import { readRecords } from "../../../core/store/records.ts";
import { bytesOf, filesIn, isStale, isTemporary } from "./files.ts";
import { type Finding, Findings } from "./finding.ts";
import { irregularStep } from "./steps.ts";
import { weightsOf } from "./weights.ts";

/** A run that has been examined. */
export interface ExaminedRun {
  /** What is not as a run leaves it. */
  readonly findings: readonly Finding[];
  /** How many bytes its files have. */
  readonly bytes: number;
  /** The sources that it and its evaluations ran. */
  readonly sources: readonly SourceInfo[];
}

/**
 * Examines a run. Nothing of it is changed, and one that lives is told apart
 * from damage.
 *
 * @param runPath The run's directory.
 * @returns What was found; null while the run is just being made.
 */
export async function examineRun(runPath: string): Promise<ExaminedRun | null> {
  if (isStarting(runPath)) return null;
  const isLiving = livesBehind(runPath);
  const examined = await new RunExamination(runPath, isLiving).examine();
  // It has been resumed meanwhile: what looked like damage was its beginning.
  return !isLiving && livesBehind(runPath) ? examineRun(runPath) : examined;
}

/** A link or a pipe in the place of the history is not opened. */
function livesBehind(runPath: string): boolean {
  try {
    return Deno.lstatSync(`${runPath}/${HISTORY_FILE}`).isFile &&
      isAlive(runPath);
  } catch {
    return false;
  }
}

function isThere(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch {
    return false;
  }
}

/** Names that only files have in a run. */
const FILE_NAME = new RegExp(`\\.json$|^(${HISTORY_FILE}|${CHECKPOINT_FILE})$`);

/** What a run is published with, as under `studies/`. */
const PUBLISHED = /^((run|config)\.json|(results|evaluations)(\/.*)?)$/;

class RunExamination {
  readonly #path: string;
  readonly #isLiving: boolean;
  readonly #findings: Findings;
  /** Regular files by their paths, temporary ones left out. */
  readonly #files = new Map<string, Deno.FileInfo>();
  /** What `model/model.json` says, where it can be read. */
  #model: JsonObject = {};

  constructor(runPath: string, isLiving: boolean) {
    this.#path = runPath;
    this.#isLiving = isLiving;
    this.#findings = new Findings(runIdFromPath(runPath));
  }

  async examine(): Promise<ExaminedRun> {
    const findings = this.#findings;
    const unreadable: string[] = [];
    const all = filesIn(this.#path, (path, reason) => {
      unreadable.push(path);
      findings.add("unreadable", path, reason);
    });
    const bytes = bytesOf(all);
    if (unreadable.includes("")) {
      return { findings: findings.all, bytes, sources: [] };
    }
    for (const { path, info } of all) this.#sort(path, info);
    const hasInfo = all.some(({ path }) => path === "run.json");
    // A folder that cannot be listed is not empty.
    if (!hasInfo && unreadable.length === 0) {
      this.#reportUnfinished(all.map(({ path }) => path));
    }
    const owners = await this.#readJsonFiles();
    const info = await this.#readWhatRan(owners);
    this.#checkOwner(owners);
    const evaluations = this.#readResults();
    await this.#readHistory(info);
    await this.#readCheckpoint(info);
    this.#checkModel();
    await this.#checkContents(info);
    // While a file is written it is a temporary one for a moment.
    findings.drop(({ kind, file }) =>
      kind === "temporary" &&
      !isThere(this.#path + file.slice(runIdFromPath(this.#path).length))
    );
    return {
      findings: findings.all,
      bytes,
      sources: [info, ...info?.resumed ?? [], ...evaluations]
        .flatMap((session) => session?.source ?? []),
    };
  }

  /** Takes note of a file, or says why it is none of the run's. */
  #sort(path: string, info: Deno.FileInfo): void {
    const findings = this.#findings;
    const name = runIdFromPath(path);
    if (info.isSymlink) {
      if (pathWithin(`${this.#path}/${path}`, this.#path) === null) {
        findings.add("foreign", path, "it is a link that leads out of the run");
      }
    } else if (!info.isFile && !info.isDirectory) {
      findings.add("foreign", path, "it is neither a file nor a folder");
    } else if (info.isDirectory && FILE_NAME.test(path)) {
      findings.add("foreign", path, "it must be a file: it is a folder");
    } else if (info.isFile && isTemporary(name)) {
      if (this.#isLiving) return;
      const isLeftOver = isStale(info);
      const reason = isLeftOver
        ? "it was never given the name of a file: its writer is gone"
        : "it may be being written still";
      findings.add("temporary", path, reason, { isLeftOver });
    } else if (info.isFile && !name.startsWith(".")) {
      this.#files.set(path, info);
    }
  }

  /** Says what a directory is that has no `run.json`. */
  #reportUnfinished(paths: readonly string[]): void {
    const findings = this.#findings;
    const isEmpty = paths.every((path) => path === "results");
    if (isEmpty) {
      const isLeftOver = isStale(Deno.statSync(this.#path));
      const reason = "it is empty, and never became a run";
      return findings.add("unfinished", "", reason, { isLeftOver });
    }
    const hasMore = [...this.#files.keys()].some((path) =>
      path !== "config.json" && path !== HISTORY_FILE
    );
    if (hasMore) {
      findings.add("missing", "run.json", "what ran is not known without it");
    } else {
      const reason = "it has no run.json, and never became a run";
      findings.add("unfinished", "", reason);
    }
  }

  /**
   * Reads all JSON files, those of an experiment's own too; returns by which run
   * each was written, as far as it says.
   */
  async #readJsonFiles(): Promise<Map<string, unknown>> {
    const owners = new Map<string, unknown>();
    for (const path of this.#files.keys()) {
      if (!path.endsWith(".json")) continue;
      const json = await this.#findings.attempt(
        path,
        () => readRunFile(this.#path, path),
      );
      if (json) owners.set(path, json.runId);
      if (json && path === "model/model.json") this.#model = json;
    }
    return owners;
  }

  /** Reads what every run has: what ran and how it stands, configuration. */
  async #readWhatRan(
    owners: ReadonlyMap<string, unknown>,
  ): Promise<RunInfo | undefined> {
    const findings = this.#findings;
    // Of what is no JSON it is known already why.
    const info = owners.has("run.json")
      ? await findings.attempt("run.json", () => readRunInfo(this.#path))
      : undefined;
    if (owners.has("config.json")) {
      await findings.attempt("config.json", () => readConfigFile(this.#path));
    }
    if (!info) return undefined;
    if (!this.#files.has("config.json") && !findings.has("config.json")) {
      findings.add("missing", "config.json", "every run has one");
    }
    const { status } = info;
    if (status === "running" && !this.#isLiving) {
      // It may have come to its end since; what is no file is not opened.
      const now = this.#files.has(HISTORY_FILE)
        ? await findings.attempt(
          "run.json",
          () => readStatus(this.#path, info),
        )
        : "died";
      if (now === "died") {
        const reason = "it is marked running, but its process is gone";
        findings.add("died", "run.json", reason);
      }
    }
    return info;
  }

  /** Checks that the run's files were written by this run. */
  #checkOwner(owners: ReadonlyMap<string, unknown>): void {
    const id = runIdFromPath(this.#path);
    const own = owners.get("run.json");
    if (own !== undefined && own !== id) {
      const reason = `its files are of run ${own}: it was renamed, or copied`;
      this.#findings.add("renamed", "run.json", reason);
    }
    for (const [path, runId] of owners) {
      if (runId === undefined || runId === id || runId === own) continue;
      this.#findings.add("foreign", path, `it is a file of run ${runId}`);
    }
  }

  /** Reads records and evaluations; returns the latter. */
  #readResults(): EvaluationInfo[] {
    const findings = this.#findings;
    const problems: Problem[] = [];
    if (this.#files.has("run.json")) readRecords(this.#path, problems);
    const evaluations = readEvaluations(this.#path, problems);
    for (const { file, reason } of problems) {
      const path = file.slice(this.#path.length + 1);
      if (findings.has(path)) continue;
      if (path !== "results") findings.addUnreadable(path, reason);
      else findings.add("missing", path, "every run has one, be it empty");
    }
    for (const { status, startedAt } of evaluations) {
      if (status !== "running") continue;
      const reason = `the evaluation of ${startedAt} is running still, or died`;
      findings.add("died", "results", reason, { isNote: true });
    }
    return evaluations;
  }

  async #readHistory(info: RunInfo | undefined): Promise<void> {
    const findings = this.#findings;
    if (!this.#files.has(HISTORY_FILE)) {
      if (!info || findings.has(HISTORY_FILE)) return;
      const reason = "there is no history";
      return findings.add("missing", HISTORY_FILE, reason, {
        // Results can be passed on without the history that led to them.
        isNote: this.#isPublished,
      });
    }
    const history = new HistoryReader(this.#path);
    const irregular = await findings.attempt(
      HISTORY_FILE,
      () => irregularStep(history),
    );
    if (irregular) findings.add("damaged", HISTORY_FILE, irregular);
    const { runId, isTorn } = history;
    const isResumable = info !== undefined && info.status !== "completed";
    if (isTorn && !this.#isLiving) {
      const reason = "its last line is torn: readers skip it" +
        (isResumable ? ", and so does resuming the run" : "");
      findings.add("damaged", HISTORY_FILE, reason, { isNote: isResumable });
    }
    const isWhole = irregular !== undefined && !isTorn;
    if (runId === "" && isWhole && !this.#isLiving) {
      findings.add("damaged", HISTORY_FILE, "it has no header", {
        isNote: isResumable,
      });
    }
    const own = info?.runId;
    if (runId !== "" && runId !== own && own !== undefined) {
      const isRenamed = findings.has("run.json");
      const reason = `it is the history of run ${runId}`;
      if (!isRenamed) findings.add("foreign", HISTORY_FILE, reason);
    }
  }

  async #readCheckpoint(info: RunInfo | undefined): Promise<void> {
    const findings = this.#findings;
    const file = this.#files.get(CHECKPOINT_FILE);
    if (!file) return;
    const checkpoint = await findings.attempt(
      CHECKPOINT_FILE,
      () => readCheckpoint(this.#path),
    );
    if (this.#isLiving) return;
    if (info?.status === "completed") {
      const reason = "a run that is completed needs none";
      return findings.add("temporary", CHECKPOINT_FILE, reason, {
        isLeftOver: isStale(file),
      });
    }
    const length = Number(checkpoint?.historyLength ?? 0);
    const size = this.#files.get(HISTORY_FILE)?.size ?? 0;
    if (size < length) {
      const reason = `it must have the ${length} bytes that it had at the ` +
        `checkpoint: current size is ${size}`;
      findings.add(size ? "damaged" : "missing", HISTORY_FILE, reason);
    }
  }

  /** Whether it has nothing but what results are passed on with. */
  get #isPublished(): boolean {
    return [...this.#files.keys()].every((path) => PUBLISHED.test(path));
  }

  /** Checks that what the training has left is there, and as it was. */
  async #checkContents(info: RunInfo | undefined): Promise<void> {
    const findings = this.#findings;
    if (info?.status !== "completed") return;
    for (const [path, hash] of Object.entries(info.contents ?? {})) {
      // What is wrong with it, or with its folder, is known.
      if (findings.has(path)) continue;
      const file = this.#files.get(path);
      if (!file) {
        if (this.#isPublished && !PUBLISHED.test(path)) continue;
        findings.add("missing", path, "it was there when it was completed");
        continue;
      }
      const size = info.sizes?.[path] ?? file.size;
      if (file.size !== size) {
        const reason = `it must have the ${size} bytes that it had when the ` +
          `training was completed: current size is ${file.size}`;
        findings.add("damaged", path, reason);
        continue;
      }
      const now = await findings.attempt(
        path,
        () => hashFile(`${this.#path}/${path}`),
      );
      if (now !== undefined && now !== hash) {
        const reason = "it is not as it was when the training was completed";
        findings.add("damaged", path, reason);
      }
    }
  }

  /** Checks that weights are there, and as long as the manifest has them. */
  #checkModel(): void {
    const findings = this.#findings;
    for (const { paths, bytes, isOptional } of weightsOf(this.#model)) {
      const sizes = paths.map((name) => {
        const size = this.#files.get(`model/${name}`)?.size;
        if (
          size === undefined && !isOptional && !findings.has(`model/${name}`)
        ) {
          const reason = "model.json says that it holds the weights";
          findings.add("missing", `model/${name}`, reason);
        }
        return size ?? NaN;
      });
      const size = sizes.reduce((sum, size) => sum + size, 0);
      if (!Number.isNaN(size) && size !== bytes) {
        const reason =
          `it must have the ${bytes} bytes that model.json says: ` +
          `current size is ${size}`;
        findings.add("damaged", `model/${paths[0]}`, reason);
      }
    }
  }
}
