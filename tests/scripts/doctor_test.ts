import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { History } from "../../core/store/history.ts";
import { readRunInfo, writeRunInfo } from "../../core/store/run_info.ts";
import { addRun } from "../../testing/runs.ts";
import {
  type Folder,
  ROOT,
  runScript,
  skipUnlessGranted,
  tempProject,
  tempRuns,
} from "../../testing/helpers.ts";

skipUnlessGranted("scripts");

/** A run with nothing wrong. */
function soundRun(root: string, id: string, status: "running" | "completed") {
  const path = addRun(root, id, {
    status,
    args: ["--experiment", "examples/mine.ts"],
  });
  new History(path, id).close();
  return path;
}

/** Every file among the runs, with its content. */
function contentOf(path: string): string[] {
  return [...Deno.readDirSync(path)].flatMap(({ name, isDirectory }) =>
    isDirectory
      ? contentOf(`${path}/${name}`)
      : [`${path}/${name}: ${Deno.readTextFileSync(`${path}/${name}`)}`]
  ).sort();
}

function ailingRuns(): Folder {
  const runs = tempRuns();
  const root = `${ROOT}/${runs.path}`;
  soundRun(root, "sound", "completed");
  soundRun(root, "died", "running");
  const torn = soundRun(root, "torn", "completed");
  Deno.writeTextFileSync(`${torn}/results/a\x1b[2J.json`, "{");
  const left = soundRun(root, "left", "completed");
  for (const name of [".run.json.1a2b3c4d", "results/.a.json.00000000"]) {
    Deno.writeTextFileSync(`${left}/${name}`, "{");
    Deno.utimeSync(`${left}/${name}`, 1e9, 1e9);
  }
  Deno.mkdirSync(`${root}/empty/results`, { recursive: true });
  Deno.utimeSync(`${root}/empty`, 1e9, 1e9);
  return runs;
}

Deno.test(
  "doctor lists what is wrong, run by run, with what can be done, and changes nothing",
  async () => {
    using runs = ailingRuns();
    const root = `${ROOT}/${runs.path}`;
    const before = contentOf(root);
    const at = runs.path, among = `--runs ${at}`;
    const { code, stdout, stderr } = await runScript("doctor", [
      ...["--runs", at],
    ]);
    assertEquals([code, stderr], [1, ""]);
    const lines = stdout.split("\n");
    const damaged = lines.find((line) => line.startsWith("  damaged"))!;
    assertMatch(
      damaged,
      /^ +damaged: Cannot read \S+a\uFFFD\[2J\.json as JSON: /,
    );
    assert(!stdout.includes("\x1b"));
    assertEquals(lines.filter((line) => line !== damaged), [
      `${at}/died`,
      "  died: run.json: it is marked running, but its process is gone; " +
      `deno task train --resume died ${among}`,
      `${at}/empty`,
      "  unfinished: it is empty, and never became a run; " +
      "--fix moves it to the trash",
      `${at}/left`,
      "  temporary: .run.json.1a2b3c4d: it was never completed, and its " +
      "writer is gone; --fix moves it to the trash",
      "  temporary: results/.a.json.00000000: it was never completed, " +
      "and its writer is gone; --fix moves it to the trash",
      `${at}/torn`,
      lines.at(-2)!,
      "",
    ]);
    assertMatch(
      lines.at(-2)!,
      /^5 runs in \S+, 5 findings, [\d.]+ KiB$/,
    );
    assertStringIncludes(damaged, `or deno task rm torn ${among}`);
    assertEquals(contentOf(root), before);
  },
);

Deno.test(
  "doctor --fix moves what is left over to the trash, and leaves all else",
  async () => {
    using runs = ailingRuns();
    const root = `${ROOT}/${runs.path}`;
    using _history = new History(`${root}/died`, "died", { isResumed: true });
    Deno.writeTextFileSync(`${root}/died/.run.json.1a2b3c4d`, "{");
    Deno.utimeSync(`${root}/died/.run.json.1a2b3c4d`, 1e9, 1e9);
    const before = contentOf(root);
    const args = ["--fix", "--runs", runs.path];
    const { code, stdout } = await runScript("doctor", args);
    assertEquals(code, 1, stdout);
    const trash = `${runs.path}/.trash`;
    assertStringIncludes(
      stdout,
      `it is now ${trash}/left_results_.a.json.00000000`,
    );
    const contents = (lines: string[]) =>
      lines.map((line) => line.slice(line.indexOf(": "))).sort();
    // Every byte is still there.
    assertEquals(contents(contentOf(root)), contents(before));
    const names = [...Deno.readDirSync(`${root}/.trash`)].map((e) => e.name);
    assertEquals(names.sort(), [
      "empty",
      "left_.run.json.1a2b3c4d",
      "left_results_.a.json.00000000",
    ]);
    const after = await runScript("doctor", ["--json", "--runs", runs.path]);
    const { directories: [{ findings, trashBytes, ...others }] } = JSON.parse(
      after.stdout,
    );
    assertEquals(
      findings.map(({ file, kind }: Record<string, string>) => [file, kind]),
      [["torn/results/a\x1b[2J.json", "damaged"]],
    );
    assertEquals([others.runs, trashBytes], [4, 2]);
  },
);

/** How a program is started that may do no more than the modes of files say. */
function underModes(folder: string): readonly string[] | null {
  const path = `${folder}/.mode`;
  Deno.writeTextFileSync(path, "", { mode: 0 });
  try {
    Deno.readTextFileSync(path);
  } catch {
    return []; // An ordinary user.
  } finally {
    Deno.removeSync(path);
  }
  // Modes do not bind root but for these two rights.
  const under = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"];
  try {
    const args = [...under.slice(1), "true"];
    const { success } = new Deno.Command(under[0]!, { args }).outputSync();
    if (success) return under;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  console.log("skipped: root needs setpriv to be bound by the modes of files");
  return null;
}

Deno.test(
  "doctor --fix leaves what it may not read or move, and goes on with all else",
  async () => {
    using runs = tempRuns();
    const root = `${ROOT}/${runs.path}`;
    const under = underModes(root);
    if (!under) return;
    const chmod = (...args: string[]) =>
      new Deno.Command("chmod", { args, cwd: root }).outputSync();
    for (const id of ["all", "none", "one", "part", "stuck"]) {
      soundRun(root, id, "completed");
    }
    for (const id of ["left", "stuck"]) {
      const path = `${root}/${id}/results/.a.json.00000000`;
      Deno.mkdirSync(`${root}/${id}/results`, { recursive: true });
      Deno.writeTextFileSync(path, "{");
      Deno.utimeSync(path, 1e9, 1e9);
    }
    Deno.mkdirSync(`${root}/hollow/results`, { recursive: true });
    Deno.utimeSync(`${root}/hollow`, 1e9, 1e9);
    const config = `${root}/one/config.json`;
    const weights = `${root}/one/weights.bin`;
    Deno.writeTextFileSync(weights, "some");
    const info = readRunInfo(`${root}/one`);
    const contents = { "weights.bin": "0" };
    writeRunInfo(`${root}/one`, { ...info, contents });
    Deno.writeTextFileSync(config, "{");
    chmod("-R", "644", "all");
    chmod("000", "none", "part/results", "hollow/results", "one/weights.bin");
    chmod("555", "stuck/results");
    try {
      const args = ["--fix", "--json", "--runs", runs.path];
      const { code, stdout, stderr } = await runScript("doctor", args, {
        under,
      });
      assertEquals([code, stderr], [1, ""]);
      const { directories: [{ findings, runs: nRuns }] } = JSON.parse(stdout);
      assertEquals(
        findings.map(({ kind, file, movedTo }: Record<string, string>) =>
          `${kind} ${file}${movedTo ? " moved" : ""}`
        ),
        [
          "unreadable all",
          "unreadable hollow/results",
          "temporary left/results/.a.json.00000000 moved",
          "unfinished left",
          "unreadable none",
          "damaged one/config.json",
          "unreadable one/weights.bin",
          "unreadable part/results",
          "temporary stuck/results/.a.json.00000000",
        ],
      );
      assertEquals(nRuns, 7);
      const of = (file: string) =>
        findings.find((found: Record<string, string>) => found.file === file);
      assertEquals(of("all").advice, `chmod -R u+rwX ${runs.path}/all`);
      assertMatch(
        of("stuck/results/.a.json.00000000").advice,
        /^it could not be moved: Permission denied/,
      );
      const trash = [...Deno.readDirSync(`${root}/.trash`)];
      assertEquals(
        trash.map(({ name }) => name),
        ["left_results_.a.json.00000000"],
      );
    } finally {
      chmod("-R", "u+rwX", ".");
    }
  },
);

Deno.test(
  "doctor examines the other runs where one directory of runs cannot be read",
  async () => {
    using closed = tempRuns();
    using open = tempRuns();
    const under = underModes(`${ROOT}/${open.path}`);
    if (!under) return;
    soundRun(`${ROOT}/${closed.path}`, "a", "completed");
    soundRun(`${ROOT}/${open.path}`, "b", "completed");
    const args = ["--runs", closed.path, "--runs", open.path];
    for (const [mode, place] of [[0o000, "."], [0o644, "a"]] as const) {
      Deno.chmodSync(`${ROOT}/${closed.path}`, mode);
      try {
        const { code, stdout } = await runScript("doctor", args, { under });
        assertEquals(code, 1);
        const lines = stdout.split("\n");
        assertEquals(lines[0], `${closed.path}/${place}`);
        assertMatch(lines[1]!, /^ {2}unreadable: .*; chmod -R u\+rwX /);
        assertMatch(stdout, /\n1 run in \S+, 0 findings, /);
      } finally {
        Deno.chmodSync(`${ROOT}/${closed.path}`, 0o755);
      }
    }
  },
);

Deno.test(
  "doctor exits with 0 where nothing is wrong, and tells a note of many runs once",
  async () => {
    using runs = tempRuns();
    const root = `${ROOT}/${runs.path}`;
    const args = ["--runs", runs.path];
    const none = await runScript("doctor", args);
    assertEquals([none.code, none.stderr], [0, ""]);
    assertMatch(none.stdout, /^0 runs in \S+, 0 findings, /);
    for (const id of ["a", "b"]) addRun(root, id);
    const { code, stdout } = await runScript("doctor", args);
    assertEquals(code, 0);
    assertMatch(
      stdout,
      /^2 runs\n +note: metrics\.jsonl: it does not exist\n2 runs in \S+, 0 findings, 2 notes, /,
    );
    const studies = "studies/least-squares/runs";
    assertEquals((await runScript("doctor", ["--runs", studies])).code, 0);
  },
);

Deno.test("doctor gives its right to write up, but with --fix", async () => {
  using project = tempProject();
  Deno.mkdirSync(`${project.path}/runs`);
  // In place of the examination, an attempt to write.
  Deno.writeTextFileSync(
    `${project.path}/results/inspect/doctor/doctor.ts`,
    `export function examineRuns(directory: string) {
        Deno.writeTextFileSync("runs/attempt", "");
        return { directory, runs: 0, findings: [], bytes: 0, trashBytes: 0 };
      }`,
  );
  const root = project.path;
  const without = await runScript("doctor", [], { root });
  assertEquals(without.code, 1);
  assertMatch(without.stderr, /^error: Cannot write runs\/attempt: doctor/);
  assertEquals((await runScript("doctor", ["--fix"], { root })).code, 0);
});
