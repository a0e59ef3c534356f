import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { listRuns } from "../../core/store/find_run.ts";
import { History } from "../../core/store/history.ts";
import { exists } from "../../core/utils/exists.ts";
import { logProgress, type ProgressDisplay } from "../../scripts/_progress.ts";
import {
  onTerminal,
  ROOT,
  scriptCommand,
  skipUnlessGranted,
  tempFolder,
  tempRuns,
} from "../../testing/helpers.ts";
import { makeRun } from "../../testing/runs.ts";

skipUnlessGranted("scripts");

const trainOnTerminal = (...args: string[]) =>
  onTerminal([
    ...[Deno.execPath(), "run", "--quiet", "--no-prompt", "-P=train"],
    ...["scripts/train.ts", ...args],
  ]);

Deno.test(
  "train shows a progress bar on a terminal, and none with --quiet",
  async () => {
    using runs = tempRuns();
    const shown = await trainOnTerminal(`--runs=${runs.path}`);
    if (shown === null) return;
    assertStringIncludes(shown, "░");
    assertMatch(shown, /\d steps\/s \| .* left \| loss 0\.\d/);
    assertStringIncludes(shown, "loss/train = ");
    assertStringIncludes(shown, "completed in");
    const quiet = await trainOnTerminal(`--runs=${runs.path}`, "--quiet");
    assert(!quiet!.includes("░"));
    const lines = quiet!.trimEnd().split("\n");
    assertEquals(lines.map((line) => line.split(" ")[0]), [
      "loss/train",
      "time/epoch",
    ]);
  },
);

/** Prints the first line of progress after something has happened. */
async function firstLine(
  happen: (display: ProgressDisplay) => void,
): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  using display = logProgress(0.001, resolve);
  // The timer alone would not keep the process alive.
  const alive = setInterval(() => happen(display), 1);
  try {
    return await promise;
  } finally {
    clearInterval(alive);
  }
}

Deno.test("logProgress() prints how much is done, the rate, the time left and values", async () => {
  let done = 100;
  const line = await firstLine((display) =>
    display.show({
      ...{ done: done++, total: 1e6, unit: "steps" },
      values: { loss: 0.25 },
    })
  );
  assertMatch(
    line,
    /^1\d\d of 1000000 steps \(0 %\)(, [\de.+]+ steps\/s, .* left)?, loss 0\.25$/,
  );
});

Deno.test("logProgress() prints the end of a history, where progress is not reported", async () => {
  using folder = tempFolder();
  const path = makeRun(folder.path, { id: "a", info: { status: "running" } });
  using history = new History(path, "a");
  history.append({ step: 7, loss: 0.125 });
  const line = await firstLine((display) => display.follow(path));
  assertEquals(line, "step 7, loss 0.125");
});

Deno.test("without a terminal, train and the log of a sweep have a line of progress now and then", async () => {
  using runs = tempRuns();
  const gate = `${ROOT}/${runs.path}/gate`;
  const file = `${runs.path}/slow.ts`;
  Deno.writeTextFileSync(
    `${ROOT}/${file}`,
    `import { experiment } from "whisker";
    export default experiment({
      name: "slow",
      config: {},
      async train(_config, run) {
        await run.log({ step: 3, loss: 0.5 });
        const isOpen = () => {
          try {
            return Deno.statSync(${JSON.stringify(`${runs.path}/gate`)}).isFile;
          } catch {
            return false;
          }
        };
        while (!isOpen()) await new Promise((next) => setTimeout(next, 50));
      },
    });`,
  );
  const args = [
    ...[`--experiment=${file}`, `--runs=${runs.path}`, "--log-every=1"],
  ];
  const train = scriptCommand("train", [...args, "--seed=1"]).spawn();
  const sweep = scriptCommand("sweep", [...args, "--seeds=2"]).spawn();
  const LINE = "step 3, loss 0.5\n";
  let seen = "";
  const lines = train.stderr.pipeThrough(new TextDecoderStream());
  const isLogged = () =>
    listRuns(`${ROOT}/${runs.path}`).some(({ path }) =>
      exists(`${path}/log.txt`) &&
      Deno.readTextFileSync(`${path}/log.txt`).includes(LINE)
    );
  // A line each second, until both are told to end.
  for await (const text of lines) {
    seen += text;
    if (seen.includes(LINE) && isLogged()) Deno.writeTextFileSync(gate, "");
  }
  const [{ code }] = await Promise.all([
    sweep.status,
    train.status,
    // Read to their ends: a closed pipe would be an error of the sweep.
    ...[sweep.stdout, sweep.stderr, train.stdout].map((stream) =>
      new Response(stream).text()
    ),
  ]);
  assertEquals(code, 0);
});
