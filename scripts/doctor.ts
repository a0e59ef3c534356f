/**
 * `deno task doctor`: reads everything under the runs directory, and lists what
 * is damaged, missing or left over.
 *
 * @module
 */

import { toggle } from "../core/config/fields.ts";
import { ConfigSchema } from "../core/config/schema.ts";
import { formatSize } from "../core/store/limits.ts";
import { isInUse } from "../core/store/lock.ts";
import { formatCount } from "../core/utils/format_number.ts";
import { quote } from "../core/utils/quote.ts";
import { moveToTrash, TRASH } from "../core/store/trash.ts";
import {
  type Examination,
  examineRuns,
} from "../results/inspect/doctor/doctor.ts";
import type { Finding } from "../results/inspect/doctor/finding.ts";
import { singleLine } from "../results/compare/labels.ts";
import { defineCommand, EXIT, main, outputSchema } from "./_command.ts";
import { selectionFields } from "./_runs.ts";

const doctorSchema = new ConfigSchema({
  fix: toggle({ description: "move leftovers to the trash; nothing is lost" }),
  runs: selectionFields.runs,
});

/** What was found in one runs directory, and what was done about it. */
interface Report extends Omit<Examination, "findings"> {
  readonly findings: readonly ReportedFinding[];
}

/** A finding, what can be done about it, and where its file was moved. */
interface ReportedFinding extends Finding {
  readonly advice?: string | undefined;
  readonly movedTo?: string;
}

const command = defineCommand({
  name: "doctor",
  summary: "Read all runs completely, and list what is damaged or left over.",
  usage: ["[flags]"],
  notes: ["The exit status is 0 if nothing is wrong, else 1."],
  examples: [
    "deno task doctor",
    "deno task doctor --fix",
    "deno task doctor --runs studies/least-squares/runs",
  ],
  flags: { Doctor: doctorSchema, Output: outputSchema },
  writesRuns: Deno.args.includes("--fix"),
  async run({ flags: { fix, runs } }) {
    // Without --fix it must not be able to change anything.
    if (!fix) Deno.permissions.revokeSync({ name: "write" });
    const reports: Report[] = [];
    for (const directory of new Set(runs)) {
      const examination = await examineRuns(directory);
      const findings = examination.findings.map((finding) =>
        // Unless a process uses the run by now.
        fix && finding.isLeftOver && !isInUse(`${directory}/${finding.run}`)
          ? moveAway(directory, finding)
          : { ...finding, advice: advise(directory, finding) }
      );
      reports.push({ ...examination, findings });
    }
    const isWrong = reports.some(({ findings }) => findings.some(isOpen));
    return {
      document: { directories: reports },
      text: reports.map(formatReport).join("\n\n"),
      status: isWrong ? EXIT.failed : EXIT.done,
    };
  },
});

/** Moves a leftover to the trash. */
function moveAway(directory: string, finding: Finding): ReportedFinding {
  try {
    return { ...finding, movedTo: moveToTrash(directory, finding.file) };
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    const { message } = error as Error;
    return { ...finding, advice: `it could not be moved: ${message}` };
  }
}

/** Whether something is wrong and has not been fixed. */
function isOpen({ isNote, movedTo }: ReportedFinding): boolean {
  return !isNote && movedTo === undefined;
}

/** Advises the user what to do about a finding. */
function advise(
  directory: string,
  { kind, run, file, isNote, isLeftOver }: Finding,
): string | undefined {
  if (isLeftOver) return "--fix moves it to the trash";
  if (isNote) return undefined;
  const where = directory === "runs" ? "" : ` --runs ${quote(directory)}`;
  const path = quote(`${directory}/${file}`);
  const remove = `deno task rm ${quote(run)}${where}`;
  const copyAgain = "copy it again from an intact copy";
  const isRun = !run.startsWith(".");
  const advice: Partial<Record<Finding["kind"], string>> = {
    "died": `deno task train --resume ${quote(run)}${where}`,
    "unreadable": `chmod -R u+rwX ${path}`,
    "unknown version": "it was written by another version of Whisker",
    "unfinished": remove,
    "temporary": "look again in a few minutes",
    "foreign": `move ${path} elsewhere`,
    "renamed": `restore its name, or ${remove}`,
  };
  return advice[kind] ?? (isRun ? `${copyAgain}, or ${remove}` : copyAgain);
}

/** Formats the findings in one runs directory, run by run, and a summary. */
function formatReport(report: Report): string {
  const { directory, runs, findings, bytes, trashBytes } = report;
  const notes = findings.filter(({ isNote }) => isNote);
  const nMoved = findings.filter(({ movedTo }) => movedTo).length;
  // A note that is the same for several runs is printed once.
  const common = [...Map.groupBy(notes, formatReason)]
    .filter(([, { length }]) => length > 1);
  const isCommon = new Set(common.flatMap(([, findings]) => findings));
  const own = findings.filter((finding) => !isCommon.has(finding));
  const counts = [
    `${formatCount(runs, "run")} in ${directory}`,
    formatCount(findings.filter(isOpen).length, "finding"),
    notes.length > 0 && formatCount(notes.length, "note"),
    nMoved > 0 && `${nMoved} moved to the trash`,
    formatSize(bytes),
  ].filter(Boolean).join(", ");
  const trash = trashBytes > 0
    ? ` (and ${formatSize(trashBytes)} in ${directory}/${TRASH})`
    : "";
  return [
    ...[...Map.groupBy(own, ({ run }) => run)].flatMap(([run, findings]) => [
      `${directory}/${run}`,
      ...findings.map((finding) => `  ${formatFinding(directory, finding)}`),
    ]),
    ...common.flatMap(([text, { length }]) => [
      `${length} runs`,
      `  note: ${text}`,
    ]),
    counts + trash,
  ].map(singleLine).join("\n");
}

/** Formats what was found in which file of a run, whatever the run. */
function formatReason({ run, file, reason }: Finding): string {
  const inner = file.slice(run.length + 1);
  return inner === "" ? reason : `${inner}: ${reason}`;
}

function formatFinding(directory: string, finding: ReportedFinding): string {
  const { kind, file, reason, isNote, advice, movedTo } = finding;
  const isNamed = reason.includes(`${directory}/${file}`);
  const what = isNamed ? reason : formatReason(finding);
  const then = movedTo ? `it is now ${movedTo}` : advice;
  return `${isNote ? "note" : kind}: ${what}${then ? `; ${then}` : ""}`;
}

if (import.meta.main) main(command);
