import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { listRuns } from "../../core/store/find_run.ts";
import { readHistory } from "../../testing/history.ts";
import { readRunInfo } from "../../core/store/run_info.ts";
import {
  ROOT,
  scriptCommand,
  skipUnlessGranted,
  tempRuns,
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
