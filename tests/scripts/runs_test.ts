import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { History } from "../../core/store/history.ts";
import { makeRun } from "../../testing/runs.ts";
import {
  ROOT,
  runScript,
  scriptCommand,
  skipUnlessGranted,
  tempRuns,
  testWithProgram,
} from "../../testing/helpers.ts";

skipUnlessGranted("scripts");

Deno.test("runs lists how each run stands, a died one too", async () => {
  using runs = tempRuns();
  const root = `${ROOT}/${runs.path}`;
  makeRun(root, { id: "a", config: { seed: 1 }, info: { tags: ["first"] } });
  makeRun(root, {
    id: "b",
    config: { seed: 2 },
    info: { status: "running" },
  });
  const { code, stdout } = await runScript("runs", [`--runs=${runs.path}`]);
  assertEquals(code, 0);
  assertMatch(stdout, /^run +status +age +tags +seed$/m);
  assertMatch(stdout, /^a +completed +\S+ ago +first +1$/m);
  assertMatch(stdout, /^b +died +\S+ ago +2$/m);
  const died = await runScript("runs", [
    `--runs=${runs.path}`,
    "--where=status=died",
  ]);
  assert(!/^a /m.test(died.stdout) && /^b /m.test(died.stdout));
});

Deno.test(
  "runs shows how far each run has come, and --json all of it",
  async () => {
    using runs = tempRuns();
    const path = makeRun(`${ROOT}/${runs.path}`, { id: "a" });
    makeRun(`${ROOT}/${runs.path}`, { id: "b" });
    {
      using history = new History(path, "a");
      for (const step of [1, 2, 3]) {
        history.append({ step, epoch: 1, loss: 1 / (3 * step), more: 1 });
      }
    }
    const at = `--runs=${runs.path}`;
    const { stdout } = await runScript("runs", [at]);
    assertMatch(stdout, /^run +status +age +progress$/m);
    assertMatch(stdout, /^a .* step 3, loss 0\.1111/m);
    const json = await runScript("runs", [at, "--json"]);
    const document = JSON.parse(json.stdout);
    assertEquals(document.problems, []);
    assertEquals(
      document.runs.map((run: Record<string, unknown>) => [
        run.id,
        run.status,
        run.progress,
      ]),
      [["a", "completed", { step: 3, epoch: 1, loss: 1 / 9, more: 1 }], [
        "b",
        "completed",
        null,
      ]],
    );
  },
);

Deno.test(
  "problems of several runs are one line, and doctor's to list",
  async () => {
    using runs = tempRuns();
    for (const id of ["a", "b", "c", "d", "e"]) {
      const path = makeRun(`${ROOT}/${runs.path}`, { id });
      if (id !== "a") Deno.writeTextFileSync(`${path}/run.json`, "{");
    }
    const { code, stderr } = await runScript("runs", [`--runs=${runs.path}`]);
    assertEquals(code, 0);
    assertEquals(
      stderr,
      `problems: 4 in 4 runs (b, c, d, …): deno task doctor --runs ` +
        `${runs.path} lists them\n`,
    );
  },
);

Deno.test("runs says that there are none yet", async () => {
  using runs = tempRuns();
  const { code, stdout } = await runScript("runs", [`--runs=${runs.path}`]);
  assertEquals(code, 0);
  assertMatch(
    stdout,
    /^There are no runs in .* yet: deno task train makes one\.$/m,
  );
});

Deno.test(
  "runs --watch shows a new run when it comes, until it is interrupted",
  async () => {
    using runs = tempRuns();
    const root = `${ROOT}/${runs.path}`;
    makeRun(root, { id: "first" });
    const child = scriptCommand("runs", ["--watch", `--runs=${runs.path}`])
      .spawn();
    const reader = child.stdout.pipeThrough(new TextDecoderStream())
      .getReader();
    let seen = "";
    const until = async (text: string) => {
      while (!seen.includes(text)) {
        const { done, value } = await reader.read();
        assert(!done, `ended before it showed ${text}: ${seen}`);
        seen += value;
      }
    };
    await until("first");
    makeRun(root, { id: "second" });
    await until("second");
    child.kill("SIGINT");
    await reader.cancel();
    await child.stderr.cancel();
    const { success } = await child.status;
    assertEquals(success, false);
  },
);

Deno.test("runs --watch --notify tells with a bell that a run has failed", async () => {
  using runs = tempRuns();
  const root = `${ROOT}/${runs.path}`;
  makeRun(root, { id: "first" });
  const child = scriptCommand("runs", [
    ...["--watch", "--notify", `--runs=${runs.path}`],
  ]).spawn();
  let seen = "";
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    if (seen === "") {
      const error = { name: "Error", message: "out of luck" };
      makeRun(root, { id: "second", info: { status: "failed", error } });
    }
    seen += text;
    if (seen.includes("\x07")) child.kill("SIGINT");
  }
  await child.stderr.cancel();
  assertEquals((await child.status).code, 130);
  assertMatch(seen, /^\d\d:\d\d:\d\d second failed: out of luck/m);
  const { code, stderr } = await runScript("runs", ["--notify"]);
  assertEquals(code, 2);
  assertStringIncludes(stderr, "--notify is for --watch");
});

testWithProgram(
  "script",
  "runs --watch draws in place on a terminal, and restores it when interrupted",
  async () => {
    using runs = tempRuns();
    const root = `${ROOT}/${runs.path}`;
    makeRun(root, { id: "first" });
    const command = [
      ...[Deno.execPath(), "run", "--quiet", "--no-prompt", "-P=runs"],
      ...["scripts/runs.ts", "--watch", `--runs=${runs.path}`],
    ].join(" ");
    const child = new Deno.Command("script", {
      args: ["-qec", command, "/dev/null"],
      ...{ cwd: ROOT, stdin: "piped", stdout: "piped" },
    }).spawn();
    const typed = child.stdin.getWriter();
    let seen = "", isMade = false;
    for await (
      const text of child.stdout.pipeThrough(new TextDecoderStream())
    ) {
      seen += text;
      if (seen.includes("first") && !isMade) {
        isMade = true;
        makeRun(root, { id: "second" });
      }
      if (text.includes("second")) await typed.write(new Uint8Array([3]));
    }
    assertEquals((await child.status).code, 130);
    await typed.close().catch(() => {});
    const [before, ...frames] = seen.split("\x1b[H");
    // The screen is cleared once.
    assertStringIncludes(before!, "\x1b[2J");
    assert(
      frames.length >= 2 && frames.every((frame) => !frame.includes("2J")),
    );
    assert(!/second/.test(frames[0]!));
    assertMatch(
      frames.at(-1)!.replaceAll("\x1b", "ESC"),
      /first.*ESC\[K\r\nsecond.*ESC\[J/,
    );
    assert(seen.endsWith("\x1b[?7h\x1b[?25h\r\n"));
  },
);
