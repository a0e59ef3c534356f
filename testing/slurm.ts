/**
 * A Slurm of one node in a folder of its own, from Debian's packages slurm-wlm
 * and munge: without systemd, without cgroups, without accounting, as many small
 * clusters are. It runs beside any other Slurm of the machine.
 *
 * `deno run -P=test testing/slurm.ts` keeps one running until Ctrl-C, to try
 * things by hand.
 *
 * @module
 */

import { exists } from "../core/utils/exists.ts";
import { tempFolder } from "./helpers.ts";

/** How long anything in a Slurm of one node may take. */
const PATIENCE_MS = 60_000;

const POLL_MS = 50;

/**
 * Waits until a condition outside of this process is met.
 *
 * @param what The condition in words, for the error.
 * @param isMet Checks the condition.
 * @throws {Error} If it is not met within a minute.
 */
export async function waitUntil(
  what: string,
  isMet: () => boolean | Promise<boolean>,
): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  while (!await isMet()) {
    if (performance.now() > end) {
      throw new Error(`Timed out waiting until ${what}`);
    }
    await new Promise((done) => setTimeout(done, POLL_MS));
  }
}

/** A Slurm that is shut down at the end of its scope. */
export interface Slurm extends AsyncDisposable {
  /** The folder with its configuration, state and logs. */
  readonly path: string;
  /** The environment by which sbatch and the others find it. */
  readonly env: Readonly<Record<string, string>>;
  /**
   * Runs one of Slurm's commands.
   *
   * @returns What it printed on both streams.
   */
  run(command: string, ...args: string[]): Promise<string>;
  /** Kills the controller by SIGKILL, and starts another from what it saved. */
  restartController(): Promise<void>;
  /** Kills the controller by SIGKILL, and has another forget all jobs. */
  loseJobs(): Promise<void>;
}

/** More than the machine may have: what waits needs no processor. */
const CPUS = 4;

/**
 * Starts munged, slurmctld and slurmd, and waits until jobs can run.
 *
 * @param settings Further lines of slurm.conf: `{ MaxArraySize: 4 }`.
 * @returns The Slurm.
 */
export async function startSlurm(
  settings: Readonly<Record<string, string | number>> = {},
): Promise<Slurm> {
  const stack = new AsyncDisposableStack();
  const { path } = stack.use(tempFolder());
  const env = { SLURM_CONF: `${path}/slurm.conf` };
  for (const folder of ["state", "spool"]) Deno.mkdirSync(`${path}/${folder}`);
  Deno.chmodSync(path, 0o755); // Jobs of other users could not start otherwise.
  Deno.writeTextFileSync(env.SLURM_CONF, formatConfiguration(path, settings));
  const key = crypto.getRandomValues(new Uint8Array(128));
  Deno.writeFileSync(`${path}/munge.key`, key, { mode: 0o400 });

  const start = (program: string, ...args: string[]) => {
    const options = {
      args,
      env,
      stdin: "null",
      stdout: "null",
      stderr: "null",
    };
    return new Deno.Command(program, options as Deno.CommandOptions).spawn();
  };
  const end = async (daemon: Deno.ChildProcess, signal: Deno.Signal) => {
    daemon.kill(signal);
    await daemon.status;
  };
  const run = async (command: string, ...args: string[]) => {
    const { stdout, stderr } = await new Deno.Command(command, { args, env })
      .output();
    const decoder = new TextDecoder();
    return decoder.decode(stdout) + decoder.decode(stderr);
  };
  const isIdle = async () => /idle|mix|alloc/.test(await run("sinfo", "-h"));

  const munged = start(
    "munged",
    ...["--foreground", "--force", "--num-threads=2"],
    ...["key", "log", "pid", "seed"]
      .map((name) => `--${name}-file=${path}/munge.${name}`),
    `--socket=${path}/munge.socket`,
  );
  stack.defer(() => end(munged, "SIGTERM"));
  await waitUntil("munged listens", () => exists(`${path}/munge.socket`));
  let controller = start("slurmctld", "-D");
  stack.defer(() => end(controller, "SIGTERM"));
  const node = start("slurmd", "-D");
  stack.defer(() => end(node, "SIGTERM"));
  stack.defer(async () => {
    await run("scancel", `--user=${ask("id", "-un")}`);
    await waitUntil(
      "no job runs",
      async () => await run("squeue", "-h") === "",
    );
  });
  await waitUntil("the node is idle", isIdle);

  const restart = async (...args: string[]) => {
    await end(controller, "SIGKILL");
    controller = start("slurmctld", "-D", ...args);
    await waitUntil("the node is idle", isIdle);
  };
  return {
    path,
    env,
    run,
    restartController: () => restart(),
    loseJobs: () => restart("-c"),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

function formatConfiguration(
  path: string,
  more: Readonly<Record<string, string | number>>,
): string {
  const host = ask("hostname", "-s"), user = ask("id", "-un");
  // Tests may not open ports to see which are free.
  const port = 20_000 + 2 * Math.floor(Math.random() * 5_000);
  const settings = {
    ClusterName: "whisker",
    SlurmctldHost: `${host}(127.0.0.1)`,
    SlurmctldPort: port,
    SlurmdPort: port + 1,
    SlurmUser: user,
    SlurmdUser: user,
    AuthType: "auth/munge",
    // A job that is put back waits for one second more than this, and by
    // default for two minutes. Less than 5 is not accepted.
    AuthInfo: `socket=${path}/munge.socket,cred_expire=5`,
    StateSaveLocation: `${path}/state`,
    SlurmdSpoolDir: `${path}/spool`,
    SlurmctldPidFile: `${path}/slurmctld.pid`,
    SlurmdPidFile: `${path}/slurmd.pid`,
    SlurmctldLogFile: `${path}/slurmctld.log`,
    SlurmdLogFile: `${path}/slurmd.log`,
    ProctrackType: "proctrack/linuxproc",
    TaskPlugin: "task/none",
    JobAcctGatherType: "jobacct_gather/none",
    AccountingStorageType: "accounting_storage/none",
    MpiDefault: "none",
    SelectType: "select/cons_tres",
    SelectTypeParameters: "CR_Core",
    SlurmdParameters: "config_overrides", // More processors than there are.
    SchedulerParameters: "sched_interval=1,bf_interval=1,batch_sched_delay=0",
    ReturnToService: 2,
    ...more,
  };
  return [
    ...Object.entries(settings).map(([key, value]) => `${key}=${value}`),
    `NodeName=${host} NodeAddr=127.0.0.1 CPUs=${CPUS} RealMemory=4000`,
    `PartitionName=main Nodes=${host} Default=YES MaxTime=INFINITE State=UP`,
    "",
  ].join("\n");
}

function ask(program: string, ...args: string[]): string {
  const { stdout } = new Deno.Command(program, { args }).outputSync();
  return new TextDecoder().decode(stdout).trim();
}

if (import.meta.main) {
  await using slurm = await startSlurm();
  console.log(`export SLURM_CONF=${slurm.env.SLURM_CONF}`);
  console.error("Ctrl-C ends it.");
  const stop = Promise.withResolvers<void>();
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(name, () => stop.resolve());
  }
  await stop.promise;
}
