import { assert, assertEquals, assertMatch } from "@std/assert";
import { listRuns } from "../../core/store/find_run.ts";
import { readRunInfo } from "../../core/store/run_info.ts";
import { mount } from "../../testing/mount.ts";
import { makeRun } from "../../testing/runs.ts";
import {
  ROOT,
  runScript,
  type ScriptResult,
  skipUnlessGranted,
  tempFolder,
  tempRuns,
} from "../../testing/helpers.ts";

skipUnlessGranted("scripts");

/** A command line, its exit status, and what it says on stderr. */
type Case = [command: string, code: number, message: RegExp];

const WRONG_FLAGS: Case[] = [
  ...["train --resume=", "train --config=", "eval --experiment=", "rm --where="]
    .map((
      command,
    ): Case => [command, 2, /--\w+ has an empty value/]),
  [
    "train --batchsize 3",
    2,
    /Unknown flag --batchsize: did you mean --batch-size\?/,
  ],
  ["train --frobnicate", 2, /Unknown flag --frobnicate: choose from --seed, /],
  [
    "train --batch-size abc",
    2,
    /--batch-size must be a whole number of at least 1, not "abc"/,
  ],
  [
    "train --batch-size -3",
    2,
    /--batch-size must be .*, not -3/,
  ],
  ["train --batch-size", 2, /--batch-size needs a value/],
  ["compare --anytime=false", 2, /--anytime must .* opposite is --planned/],
  [
    "train --learning-rate 0",
    2,
    /--learning-rate must be a number above 0, not 0/,
  ],
  [
    "train --model mlpp",
    2,
    /--model must be one of "identity", "mlp", not "mlpp"/,
  ],
  [
    "train --dataset mixtur",
    2,
    /--dataset must be one of mixture, .* faithful, or the path of a \.csv file, not "mixtur"/,
  ],
  [
    "train extra",
    2,
    /Unexpected argument "extra": this command takes flags alone/,
  ],
  [
    "train --config nowhere.json",
    2,
    /Cannot read nowhere\.json: no such file/,
  ],
  [
    "train --experiment nowhere.ts",
    2,
    /--experiment nowhere\.ts: no such file/,
  ],
  [
    "train --experiment core/version.ts",
    2,
    /default export must be what experiment\(\{ … \}\) returns, not undefined/,
  ],
  [
    "eval --n-steps 0",
    2,
    /--n-steps must be a list of at least 1 whole numbers of at least 1, not \[0\]/,
  ],
  ["eval a b", 2, /Unexpected argument "b": this command takes at most one/],
  [
    "compare --format xml",
    2,
    /--format must be one of "table", "md", "csv", "latex", "json", "html"/,
  ],
  [
    "compare --since yesterday",
    2,
    /Cannot use --since: it must be a date such as/,
  ],
  ["compare latest", 2, /Unexpected argument "latest"/],
];

Deno.test(
  "scripts say in a line what is wrong with a command line, and exit 2",
  async (t) => {
    for (const [command, code, message] of WRONG_FLAGS) {
      await t.step(command, async () => {
        const [script, ...args] = command.split(" ");
        const result = await runScript(script!, args);
        assertMatch(result.stderr, message);
        assertEquals(result.code, code);
        assertEquals(result.stdout, "");
        assertEquals(result.stderr.trimEnd().split("\n").length, 1);
      });
    }
  },
);

Deno.test("no command waits for a pipe that its flags name", async () => {
  using runs = tempRuns();
  const folder = `${runs.path}/.pipes`;
  Deno.mkdirSync(`${ROOT}/${folder}`);
  const pipes = ["a.json", "a.csv", "a.ts"];
  new Deno.Command("mkfifo", { args: pipes, cwd: `${ROOT}/${folder}` })
    .outputSync();
  for (
    const [script, flag, end] of [
      ["train", "--config", "json"],
      ["train", "--dataset", "csv"],
      ["train", "--experiment", "ts"],
      ["eval", "--experiment", "ts"],
      ["reproduce", "--experiment", "ts"],
    ]
  ) {
    const args = [`${flag}=${folder}/a.${end}`, `--runs=${runs.path}`];
    const { code, stderr } = await runScript(script!, args);
    assertEquals(code, 2);
    assertMatch(stderr, /^error: Cannot .*\/a\.\w+.*( must be|, not) a file/);
  }
  assertEquals(listRuns(`${ROOT}/${runs.path}`), []);
});

const TABLES: [content: string, message: RegExp][] = [
  ["", /my\.csv: it has no rows of numbers/],
  [
    "a,b\n1,2\n3,oops\n",
    /my\.csv:3: b must be a number: current value is "oops"/,
  ],
  [
    "a,b\n1,2\n3\n",
    /my\.csv:3: it must have 2 fields like the first line, and has 1/,
  ],
  ["1,2\n3,4\n", /at least 5 rows, and this one has 2, in .*my\.csv/],
  [Array(9).fill("1,2").join("\n"), /Cannot standardise column 1/],
];

Deno.test(
  "train says what is wrong with a CSV, and makes no run of it",
  async (t) => {
    using runs = tempRuns();
    const path = `${runs.path}/my.csv`;
    for (const [content, message] of TABLES) {
      await t.step(message.source, async () => {
        Deno.writeTextFileSync(`${ROOT}/${path}`, content);
        const args = [`--dataset=${path}`, `--runs=${runs.path}`];
        const { code, stderr } = await runScript("train", args);
        assertEquals(code, 2);
        assertMatch(stderr, message);
        assertEquals(listRuns(`${ROOT}/${runs.path}`), []);
      });
    }
  },
);

Deno.test(
  "eval says what is wrong with the run that was asked for",
  async (t) => {
    using runs = tempRuns();
    using elsewhere = tempFolder();
    const root = `${ROOT}/${runs.path}`;
    const attempt = (name: string, code: number, message: RegExp) =>
      t.step(`${name} ${message.source}`, async () => {
        const args = [...(name ? [name] : []), `--runs=${runs.path}`];
        const result = await runScript("eval", args);
        assertMatch(result.stderr, message);
        assertEquals(result.code, code);
      });
    await attempt(
      "",
      2,
      /Cannot find a completed run in .*: deno task train makes one/,
    );
    const config = { seed: 1 };
    makeRun(root, { id: "20260101T000000_aa", config });
    makeRun(root, {
      id: "20260101T000000_ab",
      config,
      info: { experiment: "diffusion" },
    });
    makeRun(root, {
      id: "20260102T000000_ff",
      config,
      info: { experiment: "diffusion", status: "failed" },
    });
    Deno.symlinkSync(makeRun(elsewhere.path, { id: "far" }), `${root}/out`);
    await attempt(
      "nothing",
      2,
      /Cannot find run "nothing" in .*: the last of its 3 runs is/,
    );
    await attempt(
      "20260101",
      2,
      /Cannot tell which run "20260101" is: 20260101T000000_aa, 20260101T000000_ab have that/,
    );
    await attempt("../x", 2, /Cannot use run \.\.\/x: it lies outside/);
    await attempt(
      "runs/x",
      2,
      /Cannot find run runs\/x: there is no such directory/,
    );
    await attempt(
      "core/utils",
      2,
      /Cannot use run core\/utils: it lies outside/,
    );
    await attempt(
      "out",
      2,
      /Cannot use run out: it is a link that leads out of the runs/,
    );
    await attempt("ff", 1, /must be completed, and is failed/);
    await attempt(
      "aa",
      1,
      /it is of experiment test, which --experiment FILE chooses/,
    );
    await attempt(
      "ab",
      1,
      /Cannot read .*ab\/model\/scaling\.json: no such file/,
    );
    Deno.writeTextFileSync(`${root}/20260101T000000_ab/run.json`, "{");
    await attempt("ab", 1, /Cannot read .*ab\/run\.json as JSON/);
  },
);

Deno.test(
  "compare says that there is nothing to compare, or nothing of that kind",
  async () => {
    using runs = tempRuns();
    const message = async (code: number, ...args: string[]) => {
      const all = [`--runs=${runs.path}`, ...args];
      const result = await runScript("compare", all);
      assertEquals(result.code, code);
      return result.stderr;
    };
    assertMatch(
      await message(1),
      /there are no runs in .* yet: deno task train/,
    );
    makeRun(`${ROOT}/${runs.path}`, {
      id: "a",
      records: [[{ name: "loss" }, { mean: 1, error: 1, n: 2 }]],
    });
    assertMatch(await message(2, "--where=sede=1"), /did you mean seed\?/);
    assertMatch(
      await message(1, "--where=seed=9"),
      /No run matches seed=9 \(1 run searched\)/,
    );
    assertMatch(await message(2, "--metric=lass"), /did you mean loss\?/);
    assertMatch(await message(2, "--sort=lss"), /did you mean loss\?/);
  },
);

Deno.test(
  "--debug shows where an error is from, which otherwise stays hidden",
  async () => {
    const [plain, debug] = await Promise.all([
      runScript("train", ["--config=nowhere.json"]),
      runScript("train", ["--config=nowhere.json", "--debug"]),
    ]);
    assert(!/^ +at /m.test(plain.stderr));
    assertMatch(debug.stderr, /^ +at .*json_file\.ts/m);
  },
);

/** Runs a script whose stdout or stderr is a full disk. */
async function runInto(
  output: ">" | "2>",
  script: string,
  args: readonly string[],
): Promise<ScriptResult> {
  const command = `"$DENO" run --quiet --no-prompt -P=${script} ` +
    `scripts/${script}.ts "$@" ${output} /dev/full`;
  const { code, stdout, stderr } = await new Deno.Command("sh", {
    args: ["-c", command, script, ...args],
    cwd: ROOT,
    env: { DENO: Deno.execPath(), NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return {
    code,
    stdout: decoder.decode(stdout),
    stderr: decoder.decode(stderr),
  };
}

const CANNOT_PRINT =
  "error: Cannot write to stdout: No space left on device (os error 28)\n";

Deno.test(
  "a full stdout is told on stderr, and spoils no training",
  async () => {
    using runs = tempRuns();
    const at = `--runs=${runs.path}`;
    for (const args of [[at], [at, "--help"], ["--runs=studies"]]) {
      const { code, stderr } = await runInto(">", "runs", args);
      assertEquals([code, stderr], [1, CANNOT_PRINT]);
    }
    const help = await runInto(">", "train", ["--help"]);
    assertEquals([help.code, help.stderr], [1, CANNOT_PRINT]);
    const args = ["--n-epochs=1", "--n-train=100", "--quiet", at];
    const { code, stderr } = await runInto(">", "train", args);
    assertEquals([code, stderr], [1, CANNOT_PRINT]);
    const [run] = listRuns(`${ROOT}/${runs.path}`);
    assertEquals(readRunInfo(run!.path).status, "completed");
  },
);

Deno.test("a full stderr spoils nothing", async () => {
  using runs = tempRuns();
  const args = ["--n-epochs=1", "--n-train=100", `--runs=${runs.path}`];
  const { code, stdout } = await runInto("2>", "train", args);
  assertEquals(code, 0);
  assertMatch(stdout, /^loss\/train = /);
  assertEquals((await runInto("2>", "train", ["--n-epoch=1"])).code, 2);
});

for (
  const [what, options, message] of [
    ["full", "size=8k", /No space left on device[^]*--runs DIR/],
    ["read-only", "ro", /Read-only file system[^]*--runs DIR/],
  ] as const
) {
  Deno.test(`train says that the runs directory is ${what}`, async () => {
    using runs = tempRuns();
    using mounted = await mount(`${ROOT}/${runs.path}`, options);
    if (!mounted) {
      return console.log("skipped: no right to mount a file system here");
    }
    const { code, stderr } = await runScript("train", [
      `--runs=${runs.path}`,
    ]);
    assertEquals(code, 1);
    assertMatch(stderr, message);
  });
}
