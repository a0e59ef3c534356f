import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { relative, resolve } from "@std/path";
import { makeRun } from "../../testing/runs.ts";
import {
  eachOf,
  type Folder,
  onTerminal,
  readConfig,
  ROOT,
  type ScriptResult,
  skipUnlessGranted,
  tempProject,
} from "../../testing/helpers.ts";

skipUnlessGranted("scripts");

/**
 * For each script, and each of its grants in deno.json: the arguments of a
 * command that cannot do without that grant. A new script is an entry here and
 * a row of README.md.
 */
const NEEDED: Record<string, Record<string, string>> = {
  train: {
    "read .": "--dataset data/mine.csv --n-epochs 1",
    "write ./runs": "--n-epochs 1",
  },
  eval: {
    "read .": "--experiment examples/least_squares.ts",
    "write ./runs": "--experiment examples/least_squares.ts",
  },
  sweep: {
    "read .": "--experiment examples/least_squares.ts",
    "write ./runs": "--experiment examples/least_squares.ts",
    // Of a run that is not there yet.
    "run deno": "--experiment examples/least_squares.ts --seed 7",
  },
  compare: {
    "read ./runs": "",
    "read ./studies": "--runs studies/made/runs",
  },
  plot: {
    "read ./runs": "--y loss",
    "read ./studies": "--y loss --runs studies/made/runs",
    "read ./figures": "--y loss",
    "write ./figures": "--y loss",
  },
  report: {
    "read ./runs": "",
    "read ./studies": "--runs studies/made/runs",
    "read ./reports": "",
    "write ./reports": "",
  },
  runs: {
    "read ./runs": "",
    "read ./studies": "--runs studies/made/runs",
  },
  dashboard: {
    "read ./runs": "",
    "read ./studies": "--runs studies/made/runs",
    "net 127.0.0.1:0": "",
  },
  show: {
    "read ./runs": "",
    "read ./studies": "--runs studies/made/runs",
  },
  diff: {
    "read ./runs": "latest",
    "read ./studies": "latest --runs studies/made/runs",
  },
  reproduce: {
    "read .": "--experiment examples/least_squares.ts",
    "write ./runs": "--experiment examples/least_squares.ts",
  },
  doctor: {
    "read ./runs": "--fix",
    "read ./studies": "--runs studies/made/runs",
    "write ./runs": "--fix",
  },
  rm: {
    "read ./runs": "spare",
    "write ./runs": "spare",
  },
  tables: {
    "read ./README.md": "--write README.md",
    "read ./.README.md.whisker": "--write README.md",
    "read ./docs": "--write docs/page.md",
    "read ./studies": "--write studies/page.md",
    "read ./runs": "--write docs/page.md",
    "write ./README.md": "--write README.md",
    "write ./.README.md.whisker": "--write README.md",
    "write ./docs": "--write docs/page.md",
    "write ./studies": "--write studies/page.md",
  },
  honesty: {
    "read ./runs": "--repeats 5 coverage",
    "read ./docs": "--repeats 5 stops",
    "write ./runs": "--repeats 5 coverage",
    "write ./docs": "--repeats 5 stops",
  },
  quality: {
    "read ./studies/diffusion": "mixture:1",
    "write ./studies/diffusion": "mixture:1",
  },
};

/** What scripts do without where they may not: an index saves time alone. */
const OPTIONAL: readonly string[] = ["write ./runs/.index"];

/** Programs that a machine may lack; the tests of Slurm run them. */
const SLURM = ["sbatch", "squeue", "scontrol", "scancel"];

/** What no script may, whatever its set. */
const BEYOND: [what: string, code: string][] = [
  ["read /etc/passwd", 'Deno.readTextFileSync("/etc/passwd")'],
  ["read it by node:fs", '(await import("node:fs")).statSync("/etc/passwd")'],
  ["leave its folders by ..", 'Deno.statSync("runs/../../elsewhere")'],
  ["import from elsewhere", 'await import("../../elsewhere/" + "mine.ts")'],
  ["read its environment as a file", 'Deno.statSync("/proc/self/environ")'],
  ["write into the project", 'Deno.writeTextFileSync("core/new.ts", "")'],
  ["remove from the project", 'Deno.removeSync("core/new.ts")'],
  ["write beside runs/", 'Deno.writeTextFileSync("runs-of-mine", "")'],
  ["write outside", 'Deno.writeTextFileSync("/tmp/whisker_escape", "")'],
  ["write a temporary file", "Deno.makeTempFileSync()"],
  ["make a link out", 'Deno.symlinkSync("/etc/passwd", "runs/link")'],
  ["make a hard link out", 'Deno.linkSync("/etc/passwd", "runs/link")'],
  ["reach the network", 'await fetch("http://127.0.0.1:8123")'],
  ["look up a name", 'await Deno.resolveDns("localhost", "A")'],
  // From hosts that Deno trusts and others; the name is put together, or else
  // the module would be loaded before there is anything to catch.
  ["import from the network", 'await import("https://esm.sh/" + "leven")'],
  ["import from a server", 'await import("http://127.0.0.1:8123/" + "x.ts")'],
  ["listen", "Deno.listen({ port: 0 })"],
  ["read the environment", 'Deno.env.get("HOME")'],
  ["start a process", 'new Deno.Command("true").outputSync()'],
  ["signal a process", 'Deno.kill(Deno.ppid, "SIGCONT")'],
  ["load a library", 'Deno.dlopen("libc.so.6", {})'],
  ["learn of the host", "Deno.hostname()"],
  ["learn of the user", '(await import("node:os")).userInfo()'],
];

/** As deno.json has it: the scripts' sets, and how tasks run them. */
interface Config {
  readonly tasks: Record<string, { readonly command: string }>;
  readonly permissions: Record<string, Record<string, readonly string[]>>;
}

/** The scripts' sets: tests and benchmarks start all scripts, and may more. */
function scriptSets({ permissions }: Config): Config["permissions"] {
  const { test: _test, bench: _bench, ...sets } = permissions;
  return sets;
}

/** The grants of a set, each as "kind path". */
function grantsOf(set: Record<string, readonly string[]>): string[] {
  // What may be imported is kept from the network below: it is no grant to
  // take away, as Deno without it lets more hosts in.
  return Object.entries(set).filter(([kind]) => kind !== "import")
    .flatMap(([kind, values]) =>
      values.filter((value) => !SLURM.includes(value))
        .map((value) => `${kind} ${value}`)
    );
}

function isWithin(path: string, folder: string): boolean {
  return !relative(folder, path).startsWith("..");
}

/** Runs a task's own command in a project, under a configuration of its own. */
async function runTask(
  root: string,
  name: string,
  args: string,
  config: Config = readConfig("deno.json"),
): Promise<ScriptResult> {
  const file = `${root}/deno.${crypto.randomUUID()}.json`;
  Deno.writeTextFileSync(file, JSON.stringify(config));
  const [, run, ...flags] = config.tasks[name]!.command.split(" ");
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [run!, `--config=${file}`, ...flags, ...args.split(" ")]
      .filter((arg) => arg !== ""),
    cwd: root,
    stdin: "null",
    env: { NO_COLOR: "1" },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

/** A project in which every command of {@linkcode NEEDED} has what it needs. */
async function furnishedProject(): Promise<Folder> {
  const project = tempProject();
  const write = (path: string, text: string) => {
    const folder = `${project.path}/${path}`.replace(/\/[^/]*$/, "");
    Deno.mkdirSync(folder, { recursive: true });
    Deno.writeTextFileSync(`${project.path}/${path}`, text);
  };
  const rows = Array.from({ length: 50 }, (_, i) => `${i},${(i * 7) % 11}`);
  write("data/mine.csv", rows.join("\n"));
  const table = (flags: string) =>
    `<!-- whisker: compare ${flags} -->\n<!-- /whisker -->\n`;
  write("docs/page.md", table(""));
  write("studies/page.md", table("--runs studies/made/runs"));
  write("README.md", table("--runs studies/made/runs"));
  for (const runs of ["runs", "studies/made/runs"]) {
    for (const [seed, id] of ["made", "other"].entries()) {
      makeRun(`${project.path}/${runs}`, {
        id,
        config: { seed },
        records: [[{ name: "loss" }, { mean: 1, error: 0.1, n: 9 }]],
      });
    }
  }
  // One to remove, and a file that is left over.
  makeRun(`${project.path}/runs`, { id: "spare", config: { isSpare: true } });
  write("runs/made/.run.json.1a2b3c4d", "{");
  Deno.utimeSync(`${project.path}/runs/made/.run.json.1a2b3c4d`, 0, 0);
  // What takes minutes and hours, made small.
  const take = (path: string, changes: Record<string, string> = {}) => {
    let text = Deno.readTextFileSync(`${ROOT}/${path}`);
    for (const [from, to] of Object.entries(changes)) {
      assertStringIncludes(text, from);
      text = text.replaceAll(from, to);
    }
    write(path, text);
  };
  take("testing/runs.ts");
  take("testing/page.ts");
  for (const { name } of Deno.readDirSync(`${ROOT}/studies/honesty`)) {
    take(`studies/honesty/${name}`);
  }
  take("docs/honesty.md");
  take("studies/omit_bulk.ts");
  take("studies/diffusion/measure.ts", { "4096": "16", "[1000]": "[2]" });
  write("studies/diffusion/mixture.json", '{ "nTrain": 20, "nEpochs": 1 }');
  const experiment = "--experiment examples/least_squares.ts";
  const trained = await runTask(project.path, "train", experiment);
  assertEquals(trained.code, 0, trained.stderr);
  return project;
}

Deno.test(
  "no script can do without any of its grants: it says which one it lacks",
  async () => {
    const config: Config = readConfig("deno.json");
    const sets = scriptSets(config);
    for (const [script, set] of Object.entries(sets)) {
      assertEquals(
        Object.keys(NEEDED[script] ?? {}).sort(),
        grantsOf(set).filter((grant) => !OPTIONAL.includes(grant)).sort(),
        `${script} must have a command in NEEDED for each of its grants`,
      );
    }
    using project = await furnishedProject();
    const at = project.path;
    const cases = Object.entries(NEEDED).flatMap(([script, commands]) =>
      Object.entries(commands).map(([grant, args]) => ({ script, grant, args }))
    );
    await eachOf(cases, async ({ script, grant, args }) => {
      const [kind, path] = grant.split(" ") as [string, string];
      const isPath = kind === "read" || kind === "write";
      const set = sets[script]!;
      const without = {
        ...set,
        [kind]: set[kind]!.filter((granted) => granted !== path),
      };
      const { code, stderr } = await runTask(project.path, script, args, {
        ...config,
        permissions: { ...config.permissions, [script]: without },
      });
      const what = `${script} ${args} without ${grant}: ${stderr}`;
      assertEquals(code, 1, what);
      const [, place] = new RegExp(
        `^error: Cannot ${isPath ? kind : `get ${kind} access to`} ` +
          `(\\S+): ${script} has no permission`,
        "m",
      ).exec(stderr) ?? [];
      assert(place && isWithin(resolve(at, place), resolve(at, path)), what);
      // The whole command, with the very set of deno.json.
      const file = config.tasks[script]!.command.split(" ").at(-1)!;
      assertStringIncludes(
        stderr,
        (kind === "read" ? "If the path is right, grant it" : "To grant it") +
          ":\n  deno run --quiet --no-prompt " +
          `-P=${script} --allow-${kind}=${set[kind]!.join(",")} ${file} ${args}`
            .trimEnd() +
          "\n",
        what,
      );
      assert(!/^ +at /m.test(stderr), what);
    });
    // The same commands, now with all that they need. The dashboard would serve
    // until it is interrupted, as its own tests do.
    const commands = new Set(
      cases.filter(({ script }) => script !== "dashboard")
        .map(({ script, args }) => `${script} ${args}`),
    );
    await eachOf(commands, async (command) => {
      const [script, ...args] = command.split(" ");
      const result = await runTask(project.path, script!, args.join(" "));
      assertEquals(result.code, 0, `${command}: ${result.stderr}`);
    });
  },
);

Deno.test(
  "permission sets let each script do what it must, and nothing else",
  async () => {
    const config: Config = readConfig("deno.json");
    const sets = scriptSets(config);
    using project = tempProject();
    // What one script may, the others try as well.
    const grants = new Set(Object.values(sets).flatMap(grantsOf));
    const places = new Set(
      [...grants].filter((grant) => !grant.startsWith("run "))
        .map((grant) => grant.split(" ")[1]!),
    );
    const attempts = [
      ...BEYOND,
      ...[...places].flatMap((place): [string, string][] => {
        const [hostname, port] = place.split(":");
        if (port !== undefined) {
          const code =
            `Deno.listen({ hostname: "${hostname}", port: ${port} })`;
          return [[`net ${place}`, code]];
        }
        const file = /\.\w+$/.test(place) ? place : `${place}/.attempt`;
        return [
          [`read ${place}`, `Deno.statSync("${file}")`],
          [`write ${place}`, `Deno.writeTextFileSync("${file}", "")`],
        ];
      }),
    ];
    // In place of each script, one that tries all under the same set. Nothing
    // of it is there: what is not refused fails otherwise, and may be done.
    const code = attempts.map(([what, code]) =>
      `try { ${code}; console.log("may ${what}"); } catch (error) {\n` +
      `  const isRefused = error instanceof Deno.errors.NotCapable ||\n` +
      `    /^Requires (import|read) access/.test(error.message);\n` +
      `  console.log(isRefused ? "may not" : "may", "${what}");\n}`
    ).join("\n");
    await eachOf(Object.entries(sets), async ([script, set]) => {
      const path = config.tasks[script]!.command.split(" ").at(-1)!;
      const file = `${project.path}/${path}`;
      Deno.mkdirSync(file.replace(/\/[^/]*$/, ""), { recursive: true });
      Deno.writeTextFileSync(file, code);
      const { stdout, stderr } = await runTask(project.path, script, "");
      const expected = attempts.map(([what]) => {
        const [kind, place] = what.split(" ") as [string, string];
        const may = places.has(place) &&
          (set[kind] ?? []).some((granted) => isWithin(place, granted));
        return `${may ? "may" : "may not"} ${what}`;
      });
      assertEquals(stdout.trimEnd().split("\n"), expected, script + stderr);
    });
  },
);

Deno.test("tasks refuse on a terminal too, where Deno would ask", async () => {
  const { tasks }: Config = readConfig("deno.json");
  for (const [name, { command }] of Object.entries(tasks)) {
    if (command.includes(" -P=")) assertMatch(command, / --no-prompt /, name);
  }
  const [, ...command] = tasks.compare!.command.split(" ");
  const shown = await onTerminal(
    [Deno.execPath(), ...command, "--runs", "core"],
  );
  if (shown === null) return;
  assertMatch(shown, /^error: Cannot read core: compare has no permission/);
});

Deno.test(
  "docs/permissions.md lists the permissions as deno.json has them",
  () => {
    const rows = Deno.readTextFileSync(`${ROOT}/docs/permissions.md`).split(
      "\n",
    )
      .map((line) => line.split("|").map((cell) => cell.trim()));
    const start = rows.findIndex(([, heading]) => heading === "script");
    const end = rows.findIndex((row, index) => index > start && row.length < 2);
    const namesIn = (cell: string) =>
      Array.from(cell.matchAll(/`([^`]+)`/g), ([, name]) => name!);
    const pathsIn = (cell: string) =>
      cell === "the project"
        ? ["."]
        : namesIn(cell).map((path) => `./${path.replace(/\/$/, "")}`);
    const told = rows.slice(start + 2, end).flatMap(
      ([, scripts = "", reads = "", writes = "", runs = "", serves = ""]) =>
        namesIn(scripts).map((script) => {
          const run = namesIn(runs), net = namesIn(serves);
          if (run.length === 0) assertEquals(runs, "nothing", script);
          if (net.length === 0) assertEquals(serves, "nothing", script);
          return [script, {
            read: pathsIn(reads),
            write: pathsIn(writes),
            ...{ run, net },
          }];
        }),
    );
    // A file's name while it is written goes without saying.
    const plain = (paths: readonly string[] = []) =>
      paths.filter((path) => !path.endsWith(".whisker"));
    const sets = Object.entries(scriptSets(readConfig("deno.json")));
    assertEquals(
      Object.fromEntries(told),
      Object.fromEntries(
        sets.map(([script, { read, write, run = [], net = [], ...others }]) => {
          assertEquals(others, { import: ["jsr.io"] }, script);
          const paths = { read: plain(read), write: plain(write) };
          return [script, { ...paths, run, net }];
        }),
      ),
    );
  },
);
