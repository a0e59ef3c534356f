import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { listRuns } from "../../core/store/find_run.ts";
import { readHistory } from "../../testing/history.ts";
import { readRunInfo } from "../../core/store/run_info.ts";
import {
  ROOT,
  scriptCommand,
  skipUnlessGranted,
  tempRuns,
  testWithProgram,
} from "../../testing/helpers.ts";

skipUnlessGranted("scripts");

const CASES = [
  { signal: "SIGINT", code: 130, json: false },
  { signal: "SIGTERM", code: 143, json: true },
  { signal: "SIGHUP", code: 129, json: false },
] as const;

/** Reads a stream up to a text; returns all that has come by then. */
async function readUntil(
  reader: ReadableStreamDefaultReader<string>,
  text: string,
): Promise<string> {
  let seen = "";
  while (!seen.includes(text)) {
    const { done, value } = await reader.read();
    assert(!done, `ended before it said ${text}: ${seen}`);
    seen += value;
  }
  return seen;
}

for (const { signal, code, json } of CASES) {
  Deno.test(
    `train leaves an interrupted run and exits ${code} on ${signal}`,
    async () => {
      using runs = tempRuns();
      const child = scriptCommand("train", [
        "--n-epochs=1000000",
        `--runs=${runs.path}`,
        ...(json ? ["--json"] : []),
      ]).spawn();
      const errors = child.stderr.pipeThrough(new TextDecoderStream());
      const reader = errors.getReader();
      // The run says where it is once it is there, and then logs its epochs.
      await readUntil(reader, "diffusion: ");
      const [run] = listRuns(`${ROOT}/${runs.path}`);
      const hasLogged = () => readHistory(run!.path).lines.length > 0;
      using watcher = Deno.watchFs(run!.path);
      if (!hasLogged()) {
        for await (const _event of watcher) if (hasLogged()) break;
      }
      child.kill(signal);
      await readUntil(reader, "interrupted: ");
      await reader.cancel();
      const stdout = await new Response(child.stdout).text();
      assertEquals((await child.status).code, code);
      const info = readRunInfo(run!.path);
      assertEquals(info.status, "interrupted");
      assert(info.seconds! > 0 && info.finishedAt !== null);
      assert(hasLogged()); // What was measured until then stays.
      if (json) assertStringIncludes(stdout, '"status": "interrupted"');
      else assertEquals(stdout, "");
    },
  );
}

/** An experiment that keeps a checkpoint once it was signalled twice. */
const SIGNALLED = `import { experiment } from "whisker";
  export default experiment({
    name: "signalled",
    config: {},
    async train(_config, run) {
      run.resumable({});
      let nSignals = 0;
      Deno.addSignalListener("SIGINT", () => console.log("heard", ++nSignals));
      console.log("started");
      while (nSignals < 2) await new Promise((next) => setTimeout(next, 10));
      await run.checkpoint();
    },
    async evaluate() {},
  });`;

testWithProgram(
  "script",
  "Ctrl-C through deno task, which signals twice, keeps a checkpoint",
  async () => {
    using runs = tempRuns();
    const file = `${runs.path}/signalled.ts`;
    Deno.writeTextFileSync(`${ROOT}/${file}`, SIGNALLED);
    const train = `${Deno.execPath()} task --quiet train --runs=${runs.path} ` +
      `--experiment=${file}`;
    const child = new Deno.Command("script", {
      args: ["-qec", train, "/dev/null"],
      cwd: ROOT,
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    const output = child.stdout.pipeThrough(new TextDecoderStream());
    const reader = output.getReader();
    const keyboard = child.stdin.getWriter();
    const pressCtrlC = () => keyboard.write(new TextEncoder().encode("\x03"));
    await readUntil(reader, "started");
    await pressCtrlC();
    await readUntil(reader, "heard");
    // The system may have made one signal of the task's and the terminal's.
    await pressCtrlC();
    await readUntil(reader, "continues from its checkpoint");
    await keyboard.close();
    await reader.cancel();
    await child.status;
  },
);
