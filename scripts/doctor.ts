/**
 * `deno task doctor`: reads everything under the runs directory, and lists what
 * is damaged, missing or left over.
 *
 * @module
 */

import { toggle } from "../core/config/fields.ts";
import { parseFlags } from "../core/config/flags.ts";
import { ConfigSchema } from "../core/config/schema.ts";
import { experimentFileOf } from "../core/run/_run_info.ts";
import { isInUse } from "../core/store/lock.ts";
import { stringify } from "../core/utils/json.ts";
import { readRunInfo } from "../core/store/run_info.ts";
import { moveToTrash, TRASH } from "../core/store/trash.ts";
import {
  type Examination,
  examineRuns,
} from "../results/inspect/doctor/doctor.ts";
import type { Finding } from "../results/inspect/doctor/finding.ts";
import { singleLine } from "../results/compare/labels.ts";
import {
  checkPositionals,
  type Command,
  commonSchema,
  EXIT,
  jsonFlag,
  main,
} from "./_command.ts";
import { quote } from "./_refusal.ts";
import { runsFlag } from "./_runs.ts";

const doctorSchema = new ConfigSchema({
  fix: toggle({
    default: false,
    description: "move what is left over to the trash; nothing is lost",
  }),
  runs: runsFlag,
  json: jsonFlag,
});

/** What was found of one runs directory, and what was done about it. */
interface Report extends Omit<Examination, "findings"> {
  readonly findings: readonly Told[];
}

/** A finding, what can be done about it, and where its file has gone. */
interface Told extends Finding {
  readonly advice?: string;
  readonly movedTo?: string;
}

const command: Command = {
  name: "doctor",
  reads: "./runs,./studies",
  writes: "./runs",
  writesRuns: Deno.args.includes("--fix"),
  help: () => ({
    summary: "Read all runs to their end, and list what is not as runs leave " +
      "it.",
    usage: "deno task doctor [flags]\n       " +
      "The exit status is 0 where nothing is wrong, and 1 where something is.",
    groups: [{ title: "Doctor", schema: doctorSchema }],
    examples: [
      "deno task doctor",
      "deno task doctor --fix",
      "deno task doctor --runs studies/least-squares/runs",
    ],
  }),
  async run(args) {
    const flags = parseFlags(args, [doctorSchema, commonSchema]);
    checkPositionals(flags.positionals, 0);
    const { fix, runs, json } = flags.resolve(doctorSchema);
    // What only reads shall not be able to do anything else.
    if (!fix) Deno.permissions.revokeSync({ name: "write" });
    const reports: Report[] = [];
    for (const directory of new Set(runs)) {
      const examination = await examineRuns(directory);
      const findings = examination.findings.map((finding) => ({
        ...finding,
        ...(fix && moveAway(directory, finding)) ||
          adviceOn(directory, finding),
      }));
      reports.push({ ...examination, findings });
    }
    console.log(
      json
        ? stringify({ directories: reports }, 2)
        : reports.map(format).join("\n\n"),
    );
    const isWrong = reports.some(({ findings }) => findings.some(isOpen));
    return isWrong ? EXIT.failed : EXIT.done;
  },
};

/** Moves what is left over, unless a process uses the run by now. */
function moveAway(
  directory: string,
  { isLeftOver, run, file }: Finding,
): Pick<Told, "movedTo" | "advice"> | null {
  if (!isLeftOver || isInUse(`${directory}/${run}`)) return null;
  try {
    return { movedTo: moveToTrash(directory, file) };
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    return { advice: `it could not be moved: ${(error as Error).message}` };
  }
}

/** Whether something is wrong, and still so. */
function isOpen({ isNote, movedTo }: Told): boolean {
  return !isNote && movedTo === undefined;
}

/** What a user can do about a finding. */
function adviceOn(
  directory: string,
  { kind, run, file, isNote, isLeftOver }: Finding,
): { readonly advice?: string } {
  if (isNote) return {};
  if (isLeftOver) return { advice: "--fix moves it to the trash" };
  const among = directory === "runs" ? "" : ` --runs ${quote(directory)}`;
  const remove = `deno task rm ${quote(run)}${among}`;
  const isRun = !run.startsWith(".");
  const whole = "copy it again from where it is whole";
  switch (kind) {
    case "died":
      return { advice: resumeOf(`${directory}/${run}`, run) + among };
    case "unreadable":
      return { advice: `chmod -R u+rwX ${quote(`${directory}/${file}`)}` };
    case "unknown version":
      return { advice: "it is of another version of Whisker" };
    case "unfinished":
      return { advice: remove };
    case "temporary":
      return { advice: "look again in some minutes" };
    case "foreign":
      return { advice: `move ${quote(`${directory}/${file}`)} elsewhere` };
    case "renamed":
      return { advice: `give it its name back, or ${remove}` };
    default:
      return { advice: isRun ? `${whole}, or ${remove}` : whole };
  }
}

/** The command that goes on with a run. */
function resumeOf(runPath: string, id: string): string {
  const info = readRunInfo(runPath);
  const isOwn = info.experiment === "diffusion";
  const experiment = isOwn ? "" : ` --experiment ${experimentFileOf(info)}`;
  return `deno task train --resume ${id}${experiment}`;
}

/** The findings of one runs directory, run by run, and a line that sums up. */
function format(report: Report): string {
  const { directory, runs, findings, bytes, trashBytes } = report;
  const lines: string[] = [];
  const isCommon = commonNotes(findings);
  const own = findings.filter((finding) => !isCommon(finding));
  for (const [run, some] of Map.groupBy(own, ({ run }) => run)) {
    lines.push(`${directory}/${run}`);
    for (const told of some) lines.push(`  ${lineOf(directory, told)}`);
  }
  const common = findings.filter(isCommon);
  for (const [text, { length }] of Map.groupBy(common, noteOf)) {
    lines.push(`${length} runs`, `  note: ${text}`);
  }
  const nNotes = findings.filter(({ isNote }) => isNote).length;
  const nMoved = findings.filter(({ movedTo }) => movedTo !== undefined).length;
  const counts = [
    `${count(runs, "run")} in ${directory}`,
    count(findings.filter(isOpen).length, "finding"),
    ...(nNotes > 0 ? [count(nNotes, "note")] : []),
    ...(nMoved > 0 ? [`${nMoved} moved to the trash`] : []),
    sizeOf(bytes),
  ];
  const trash = trashBytes > 0
    ? ` (and ${sizeOf(trashBytes)} in ${directory}/${TRASH})`
    : "";
  return [...lines, counts.join(", ") + trash].map(singleLine).join("\n");
}

/** Which notes are the same for several runs: they are told once. */
function commonNotes(
  findings: readonly Finding[],
): (finding: Finding) => boolean {
  const notes = findings.filter(({ isNote }) => isNote);
  const groups = Map.groupBy(notes, noteOf);
  return (finding) => finding.isNote && groups.get(noteOf(finding))!.length > 1;
}

/** What is found in which file of a run, whatever the run. */
function noteOf({ run, file, reason }: Finding): string {
  const inner = file.slice(run.length + 1);
  return inner === "" ? reason : `${inner}: ${reason}`;
}

function lineOf(directory: string, told: Told): string {
  const { kind, file, reason, isNote, advice, movedTo } = told;
  const path = `${directory}/${file}`;
  const what = `${isNote ? "note" : kind}: ` +
    (reason.includes(path) ? reason : noteOf(told));
  if (movedTo !== undefined) return `${what}; it is in ${movedTo} now`;
  return advice === undefined ? what : `${what}; ${advice}`;
}

function count(n: number, one: string): string {
  return `${n} ${one}${n === 1 ? "" : "s"}`;
}

function sizeOf(bytes: number): string {
  const [unit, size] = bytes < 1e6 ? ["kB", 1e3] : ["MB", 1e6];
  return `${(bytes / size).toFixed(1)} ${unit}`;
}

if (import.meta.main) main(command);
