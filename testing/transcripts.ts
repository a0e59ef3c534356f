/**
 * `deno task transcripts`: runs the commands in the console blocks of Markdown
 * files, and writes what they print below them. A test checks that nothing has
 * changed.
 *
 * The blocks of one file are run in order in a copy of the project that has no
 * runs yet. Run ids, times and ages differ each time; they are not compared. A
 * line `…` stands for any lines that are left out.
 *
 * @module
 */

import { defineCommand, main } from "../scripts/_command.ts";
import { ROOT, tempProject } from "./helpers.ts";

/** The files whose transcripts are checked. */
export const PAGES = [
  "README.md",
  "docs/comparing.md",
  "docs/configuration.md",
  "docs/experiments.md",
  "docs/runs.md",
  "docs/sweeps.md",
];

const BLOCK = /^```console\n([\s\S]*?)^```$/gm;
const OMITTED = "…";

/** A command, and the lines that it prints. */
interface Step {
  readonly command: string;
  readonly output: readonly string[];
}

function parseSteps(block: string): Step[] {
  return block.trimEnd().split(/^\$ /m).slice(1).map((text) => {
    const [command = "", ...output] = text.trimEnd().split("\n");
    return { command, output };
  });
}

/** Runs a command in a project, as on a terminal without colours. */
async function run(command: string, project: string): Promise<string[]> {
  const deno = command.replace(
    /\bdeno task /g,
    `${Deno.execPath()} task --quiet `,
  );
  const { stdout } = await new Deno.Command("sh", {
    args: ["-c", `{ ${deno}\n} 2>&1`],
    cwd: project,
    stdin: "null",
    env: { NO_COLOR: "1" },
  }).output();
  const text = new TextDecoder().decode(stdout).trimEnd();
  return text === "" ? [] : text.split("\n").map((line) => line.trimEnd());
}

const ID = /\d{8}T\d{6}_[0-9a-f]{8}/g;

/** The ids of runs in the order in which they first appear. */
function findIds(lines: readonly string[]): string[] {
  return [...new Set(lines.join("\n").match(ID) ?? [])];
}

/** What is the same each time that a command is run. */
function normalize(line: string): string {
  return line
    .replaceAll(ID, "RUN")
    .replaceAll(/\b\d+(\.\d+)? ?(s|ms|min|m|h)( ago)?\b/g, "TIME")
    .replaceAll(/\b\d+(\.\d+)? (B|kB|MB|KiB|MiB)\b/g, "SIZE")
    .replace(/(time\/\w+).*/, "$1")
    .replaceAll(/ +/g, " ");
}

/** Says whether lines are what was printed, but for those left out. */
function matches(
  shown: readonly string[],
  printed: readonly string[],
): boolean {
  const [first, ...others] = shown;
  if (first === undefined) return printed.length === 0;
  if (first.trim() === OMITTED) {
    return printed.some((_, i) => matches(others, printed.slice(i))) ||
      others.length === 0;
  }
  const [line, ...rest] = printed;
  return line !== undefined && normalize(first) === normalize(line) &&
    matches(others, rest);
}

/**
 * Runs the commands of a Markdown file.
 *
 * @param page The file's path in the project.
 * @returns Its text with what the commands print now; where that has not
 * changed, as it was.
 */
export async function renewTranscripts(page: string): Promise<string> {
  const text = Deno.readTextFileSync(`${ROOT}/${page}`);
  using project = tempProject(["studies/least-squares"]);
  const renewed = new Map<string, string>();
  const ids = new Map<string, string>();
  let isChanged = false;
  for (const [whole, block] of text.matchAll(BLOCK)) {
    const steps: string[] = [];
    for (const { command, output } of parseSteps(block!)) {
      const printed = await run(command, project.path);
      const isSame = matches(output, printed);
      isChanged ||= !isSame;
      const now = findIds(printed);
      findIds(output).forEach((id, i) => ids.set(id, now[i] ?? id));
      const lines = isSame ? output : printed;
      steps.push([`$ ${command}`, ...lines].join("\n"));
    }
    renewed.set(whole, `\`\`\`console\n${steps.join("\n\n")}\n\`\`\``);
  }
  const result = text.replaceAll(BLOCK, (whole) => renewed.get(whole)!);
  // All output of one page is of the same runs.
  return isChanged ? result.replaceAll(ID, (id) => ids.get(id) ?? id) : result;
}

const command = defineCommand({
  name: "transcripts",
  summary: "Run the commands in console blocks of Markdown files.",
  usage: ["[FILE…]"],
  notes: [
    `Writes what they print below them. By default: ${PAGES.join(", ")}.`,
  ],
  examples: ["deno task transcripts", "deno task transcripts README.md"],
  maxPositionals: Infinity,
  flags: {},
  async run({ positionals }) {
    const pages = positionals.length > 0 ? positionals : PAGES;
    for (const page of pages) {
      Deno.writeTextFileSync(`${ROOT}/${page}`, await renewTranscripts(page));
    }
    return { text: pages.join("\n") };
  },
});

if (import.meta.main) main(command);
