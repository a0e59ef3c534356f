/**
 * What tests share: permissions, folders of their own, and the scripts as
 * subprocesses.
 *
 * @module
 */

/** The project's root. */
export const ROOT = `${import.meta.dirname}/..`;

/** deno.json or its like without its comments, which all begin a line. */
// deno-lint-ignore no-explicit-any -- as JSON.parse has it
export function readConfig(name: string): any {
  const text = Deno.readTextFileSync(`${ROOT}/${name}`);
  return JSON.parse(text.replaceAll(/^\s*\/\/.*$/gm, ""));
}

const isGranted = (descriptor: Deno.PermissionDescriptor) =>
  Deno.permissions.querySync(descriptor).state === "granted";

const GRANTED = {
  files: isGranted({ name: "read" }) && isGranted({ name: "write" }),
  scripts: isGranted({ name: "read" }) && isGranted({ name: "write" }) &&
    isGranted({ name: "run" }),
};

/**
 * Skips the tests that the calling file registers from here on where plain
 * `deno test` lacks the permissions for them: files, or scripts as subprocesses.
 */
export function skipUnlessGranted(needs: keyof typeof GRANTED): void {
  if (GRANTED[needs]) return;
  Object.defineProperty(Deno, "test", { value: Deno.test.ignore });
}

/** Programs that some tests need, and the Debian packages they come in. */
const PROGRAMS = {
  Rscript: "r-base-core",
  chromium: "chromium",
  pdflatex: "texlive-latex-extra texlive-science",
  pdftotext: "poppler-utils",
  faketime: "faketime",
  script: "bsdutils",
  "qemu-aarch64-static": "qemu-user-static; then .ci/arm64",
  slurmd: "slurm-wlm munge",
  // No program, but what WebGPU finds an adapter by: a driver for Vulkan.
  vulkan: "mesa-vulkan-drivers",
};

/**
 * Registers a test that needs a program. On a machine without it the test is
 * skipped, with a word on where it comes from; where WHISKER_TEST_NEEDS_ALL is
 * set, as in CI, such a skip is a failure.
 */
export function testWithProgram(
  program: keyof typeof PROGRAMS,
  name: string,
  fn: (t: Deno.TestContext) => void | Promise<void>,
): void {
  if (!GRANTED.scripts) return Deno.test({ name, ignore: true, fn });
  const isRequired = isGranted({ name: "env" }) &&
    Deno.env.get("WHISKER_TEST_NEEDS_ALL") !== undefined;
  const hasIt = isRequired || isInstalled(program);
  const skipped = hasIt
    ? undefined
    : `needs ${program}: apt-get install ${PROGRAMS[program]}`;
  const hint = skipped === undefined ? "" : ` (${skipped})`;
  Deno.test({ name: name + hint, ignore: skipped !== undefined, fn });
}

const VULKAN_DRIVERS = "/usr/share/vulkan/icd.d";

function isInstalled(program: keyof typeof PROGRAMS): boolean {
  try {
    if (program === "qemu-aarch64-static" && !Deno.env.has("WHISKER_ARM64")) {
      return false;
    }
    if (program === "vulkan") {
      return [...Deno.readDirSync(VULKAN_DRIVERS)].length > 0;
    }
    return new Deno.Command(program, {
      args: [program === "pdftotext" ? "-v" : "--version"],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).outputSync().success;
  } catch {
    return false;
  }
}

/** A folder that is gone at the end of its scope. */
export interface Folder extends Disposable {
  readonly path: string;
}

/** Makes a folder of its own for a test. */
export function tempFolder(): Folder {
  return folder(Deno.makeTempDirSync({ prefix: "whisker_" }));
}

/**
 * Makes a runs directory inside the project's own `runs/`, so that scripts can
 * use it under their permission sets as they are.
 */
export function tempRuns(): Folder {
  Deno.mkdirSync(`${ROOT}/runs`, { recursive: true });
  const made = Deno.makeTempDirSync({ dir: `${ROOT}/runs`, prefix: ".test-" });
  return folder(`runs/${made.split("/").at(-1)}`);
}

function folder(path: string): Folder {
  const absolute = path.startsWith("/") ? path : `${ROOT}/${path}`;
  const dispose = () => Deno.removeSync(absolute, { recursive: true });
  return { path, [Symbol.dispose]: dispose };
}

/**
 * Another import map for the scripts too: CONTRIBUTING.md says how the suite is
 * run with the @std packages from JSR.
 */
const IMPORT_MAP = isGranted({ name: "env" })
  ? Deno.env.get("WHISKER_TEST_IMPORT_MAP")
  : undefined;
const MAPPED = IMPORT_MAP ? [`--import-map=${IMPORT_MAP}`, "--no-lock"] : [];

/** How a script ended and what it said. */
export interface ScriptResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Where and with which further permissions a script is run. */
export interface ScriptOptions {
  /** The project's root; this project's by default. */
  readonly root?: string;
  /** Permission flags beyond the script's own set. */
  readonly grants?: readonly string[];
  /** A program that starts it, and its arguments. */
  readonly under?: readonly string[];
}

/** The command that runs a script under its own permission set. */
export function scriptCommand(
  script: string,
  args: readonly string[],
  { root = ROOT, grants = [], under = [] }: ScriptOptions = {},
): Deno.Command {
  const [program, ...before] = [...under, Deno.execPath()];
  return new Deno.Command(program!, {
    args: [
      ...before,
      "run",
      "--quiet",
      "--no-prompt",
      `-P=${script}`,
      ...(grants.length > 0 ? grants : MAPPED),
      `scripts/${script}.ts`,
      ...args,
    ],
    cwd: root,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    env: { NO_COLOR: "1" },
  });
}

/** Runs a script under its own permission set, to its end. */
export async function runScript(
  script: string,
  args: readonly string[] = [],
  options: ScriptOptions = {},
): Promise<ScriptResult> {
  const { code, stdout, stderr } = await scriptCommand(script, args, options)
    .output();
  const decoder = new TextDecoder();
  return {
    code,
    stdout: decoder.decode(stdout),
    stderr: decoder.decode(stderr),
  };
}

/**
 * Runs a command as on a terminal, on which nobody types; returns what is to
 * be seen there, or null where util-linux's `script` is missing.
 */
export async function onTerminal(
  command: readonly string[],
): Promise<string | null> {
  try {
    const { stdout } = await new Deno.Command("script", {
      args: ["-qec", command.join(" "), "/dev/null"],
      cwd: ROOT,
      stdin: "null",
    }).output();
    return new TextDecoder().decode(stdout);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    console.log("skipped: there is no `script` to make a terminal with");
    return null;
  }
}

/** A copy of the project without runs, and of more of its folders if asked. */
export function tempProject(folders: readonly string[] = []): Folder {
  const project = tempFolder();
  const parts = ["core", "examples", "results", "scripts", "shims", ...folders];
  const files = ["deno.json", "deno.lock", ...(IMPORT_MAP ? [IMPORT_MAP] : [])];
  for (const part of [...parts, ...files]) {
    copy(`${ROOT}/${part}`, `${project.path}/${part}`);
  }
  return project;
}

function copy(from: string, to: string): void {
  if (Deno.statSync(from).isFile) return Deno.copyFileSync(from, to);
  Deno.mkdirSync(to, { recursive: true });
  for (const { name } of Deno.readDirSync(from)) {
    copy(`${from}/${name}`, `${to}/${name}`);
  }
}

/** Does work for each of some things, two at a time: CI has two cores. */
export async function eachOf<T>(
  items: Iterable<T>,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const left = Iterator.from(items);
  const worker = async () => {
    for (const item of left) await work(item);
  };
  const ends = await Promise.allSettled([worker(), worker()]);
  for (const end of ends) if (end.status === "rejected") throw end.reason;
}
