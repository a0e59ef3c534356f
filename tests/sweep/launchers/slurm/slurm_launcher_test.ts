import { assert, assertEquals } from "@std/assert";
import { listRuns } from "../../../../core/store/find_run.ts";
import { readConfigFile } from "../../../../core/store/run_file.ts";
import { readRunInfo, type RunInfo } from "../../../../core/store/run_info.ts";
import {
  ROOT,
  runScript,
  skipUnlessGranted,
  tempFolder,
  tempRuns,
  testWithProgram,
} from "../../../../testing/helpers.ts";
import { findLauncher } from "../../../../scripts/_launcher_flags.ts";
import { makeSweep } from "../../../../testing/sweeps.ts";
import { startSlurm, waitUntil } from "../../../../testing/slurm.ts";

skipUnlessGranted("scripts");

/** The runs that have begun, by their seeds. */
function readRuns(runs: string): Map<number, RunInfo> {
  const found = new Map<number, RunInfo>();
  for (const { path } of listRuns(`${ROOT}/${runs}`)) {
    try {
      const seed = Number(readConfigFile(path).seed);
      assert(!found.has(seed), `two runs of seed ${seed}`);
      found.set(seed, readRunInfo(path));
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return found;
}

function countRunning(runs: string): number {
  return [...readRuns(runs).values()]
    .filter(({ status }) => status === "running").length;
}

async function run(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await runScript("sweep", args);
  assertEquals(code, 0, stdout + stderr);
  return stdout;
}

testWithProgram(
  "slurmd",
  "a machine without a Slurm controller is told apart from a refusal",
  async () => {
    using folder = tempFolder();
    const sweep = await makeSweep(folder.path);
    const launcher = findLauncher({ type: "slurm" });
    assertEquals(await launcher.describe(sweep, 1), [
      "squeue cannot reach a Slurm controller: is this a machine from which jobs " +
      "can be submitted, and is Slurm running?",
    ]);
  },
);

testWithProgram(
  "slurmd",
  "an array of eight runs has a failure, a killed task and a time limit, and a comparison follows",
  async () => {
    await using slurm = await startSlurm();
    Deno.env.set("SLURM_CONF", slurm.env.SLURM_CONF!);
    using folder = tempRuns();
    const runs = folder.path, gate = `${runs}/.gate`;
    const launched = await run(
      ...["--launcher=slurm", "--time=10", `--runs=${runs}`, "--name=eight"],
      ...["--experiment=testing/fates.ts", "--seeds=0..7", `--gate=${gate}`],
      ...["--failing=3", "--waiting=5,6"],
      `--then=compare --runs ${runs}`,
    );
    assert(
      launched.includes("Submitted job 1: an array of 8 tasks\n"),
      launched,
    );
    assert(launched.includes("Submitted job 2: compare"), launched);

    const find = (seed: number) => readRuns(runs).get(seed);
    await waitUntil(
      "two runs wait",
      () => [5, 6].every((seed) => find(seed)?.status === "running"),
    );
    Deno.kill(find(6)!.pid, "SIGKILL");
    await waitUntil(
      "the killed one is resumed",
      () => find(6)!.resumed?.length === 1,
    );
    await waitUntil("nothing else runs", async () => {
      const states = await slurm.run(
        "squeue",
        "-rht",
        "R,CG,PD",
        "-n",
        "eight",
      );
      return states.split("\n").length === 3;
    });
    // As Slurm itself does before the time limit.
    await slurm.run("scancel", "--batch", "--signal=USR2", "1");
    await waitUntil("both are back in the queue", async () => {
      const waiting = await slurm.run("squeue", "-rht", "PD", "-n", "eight");
      return waiting.split("\n").length === 3;
    });
    const jobs = await slurm.run("scontrol", "show", "job", "1");
    assertEquals(jobs.match(/Restarts=1/g)?.length, 2);
    assertEquals([5, 6].map((seed) => find(seed)!.status), [
      ...["interrupted", "interrupted"],
    ]);
    Deno.mkdirSync(`${ROOT}/${gate}`);
    await waitUntil(
      "all is over",
      async () => await slurm.run("squeue", "-h") === "",
    );

    const infos = readRuns(runs);
    assertEquals(infos.size, 8);
    for (const [seed, { status, resumed = [] }] of infos) {
      assertEquals(status, seed === 3 ? "failed" : "completed");
      assertEquals(resumed.length, { 5: 1, 6: 2 }[seed] ?? 0, `seed ${seed}`);
    }
    const status = await run("status", "eight", `--runs=${runs}`);
    assert(
      status.startsWith(
        "sweep eight: 7 of 8 runs completed, 1 failed\n" +
          "failed: seed=3: It was told to fail",
      ),
      status,
    );
    // A task that saw a failure or a death ends with 1, unless it began anew.
    assert(/^job 1: (\d completed|, |\d failed)+$/m.test(status), status);
    const table = Deno.readTextFileSync(
      `${ROOT}/${runs}/.sweeps/eight/slurm/then.txt`,
    );
    assert(table.includes("7 of 8  3.6 ± 1.0"), table);
  },
);

testWithProgram(
  "slurmd",
  "a sweep that Slurm forgot is submitted again; a cancelled one stops, and is resumed",
  async () => {
    await using slurm = await startSlurm({ MaxArraySize: 4 });
    Deno.env.set("SLURM_CONF", slurm.env.SLURM_CONF!);
    using folder = tempRuns();
    const runs = folder.path, gate = `${runs}/.gate`;
    const launch = [
      ...["--launcher=slurm", `--runs=${runs}`, "--name=four"],
      ...["--experiment=testing/fates.ts", "--seeds=0..3", `--gate=${gate}`],
      ...["--waiting=0,1,2,3", "--array-parallelism=2", "--sbatch-arg=hold"],
    ];
    const act = (action: string, ...args: string[]) =>
      run(action, "four", `--runs=${runs}`, ...args);
    const launched = await run(...launch);
    assert(launched.includes("job 1: an array of 3 tasks"), launched);
    assert((await act("status")).includes("job 1: 3 waiting (JobHeldUser)"));
    const again = await run(...launch);
    assert(again.includes("Nothing was submitted"), again);

    await slurm.loseJobs();
    const lost = await act("status");
    assert(lost.includes("No job of this sweep is in the queue"), lost);
    const resumed = await act("resume", "--sbatch-arg=comment=a b");
    assert(resumed.includes("an array of 3 tasks"), resumed);
    const comments = await slurm.run("squeue", "-ho", "%k", "-n", "four");
    assertEquals(new Set(comments.trim().split("\n")), new Set(["a b"]));
    await waitUntil("two runs wait", () => countRunning(runs) === 2);
    const running = await act("status");
    assert(
      /^job \d+: 1 waiting \(JobArrayTaskLimit\), 2 running$/m.test(running),
      running,
    );

    await act("cancel");
    const isIdle = async () => await slurm.run("squeue", "-h") === "";
    await waitUntil("the queue is empty", isIdle);
    assertEquals(
      [...readRuns(runs).values()].map(({ status }) => status),
      ["interrupted", "interrupted"],
    );
    Deno.mkdirSync(`${ROOT}/${gate}`);
    const packed = await act("resume", "--pack=2", "--cpus=2");
    assert(packed.includes("an array of 2 tasks"), packed);
    await waitUntil("the queue is empty", isIdle);
    const end = await act("status");
    assert(end.startsWith("sweep four: 4 of 4 runs completed\n"), end);
  },
);
