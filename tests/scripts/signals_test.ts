import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { readHistory } from "../../core/utils/history.ts";
import { listRuns } from "../../core/utils/find_run.ts";
import { readRunInfo } from "../../core/utils/run_directory.ts";
import { ROOT, scriptCommand, tempRuns, testWith } from "../_helpers.ts";

const CASES = [
  { signal: "SIGINT", code: 130, json: false },
  { signal: "SIGTERM", code: 143, json: true },
] as const;

for (const { signal, code, json } of CASES) {
  testWith(
    "scripts",
    `train leaves an interrupted run and exits ${code} on ${signal}`,
    async () => {
      using runs = tempRuns();
      const child = scriptCommand("train", [
        "--n-epochs=1000000",
        `--runs=${runs.path}`,
        ...(json ? ["--json"] : []),
      ]).spawn();
      // Until an epoch has been logged, that is until it is in full swing.
      const root = `${ROOT}/${runs.path}`;
      const hasLogged = () => {
        const [run] = listRuns(root);
        try {
          return run && readHistory(run.path).lines.length > 0;
        } catch {
          return false;
        }
      };
      while (!hasLogged()) {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      child.kill(signal);
      const [output, status] = [await child.output(), await child.status];
      const stderr = new TextDecoder().decode(output.stderr);
      const stdout = new TextDecoder().decode(output.stdout);
      assertEquals(status.code, code, stderr);
      assertStringIncludes(stderr, "interrupted: ");
      const [run] = listRuns(root);
      const info = readRunInfo(run!.path);
      assertEquals(info.status, "interrupted");
      assert(info.seconds! > 0 && info.finishedAt !== null);
      // What was measured until then stays.
      assert(readHistory(run!.path).lines.length > 0);
      assertEquals(
        stdout === "" ? "" : JSON.parse(stdout).status,
        json ? "interrupted" : "",
      );
    },
  );
}
