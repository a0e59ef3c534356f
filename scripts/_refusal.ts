/** What a command is called, and what it is granted in deno.json. */
export interface Grants {
  /** Its name, which is its task's and its permission set's too. */
  readonly name: string;
  /** What its permission set lets it read. */
  readonly reads: string;
  /** What its permission set lets it write, if anything. */
  readonly writes?: string;
  /** The flags that name what it writes; `runs` by default. */
  readonly writesTo?: readonly string[];
}

const REFUSED = /Requires (\w+) access(?: to "([^"]+)")?/;

/** Flags whose value is a path. */
const PATH_FLAGS = [
  "runs",
  "dataset",
  "config",
  "experiment",
  "out",
  "write",
  "check",
];

/** The paths that the command line names and the grants leave out. */
function refusedPaths(
  writesTo: readonly string[],
): { read: string[]; write: string[] } {
  const { args } = Deno;
  const valuesOf = (flag: string) =>
    args.flatMap((arg, index) =>
      arg === `--${flag}`
        ? args[index + 1] ?? []
        : arg.startsWith(`--${flag}=`)
        ? arg.slice(flag.length + 3)
        : []
    );
  const isRefused = (name: "read" | "write") => (path: string) =>
    Deno.permissions.querySync({ name, path }).state !== "granted";
  return {
    read: PATH_FLAGS.flatMap(valuesOf).filter(isRefused("read")),
    write: writesTo.flatMap(valuesOf).filter(isRefused("write")),
  };
}

/**
 * Says what a command was refused, and how it is granted: a task cannot pass a
 * grant on, so the whole command is given.
 *
 * @param command The command.
 * @param message What Deno said.
 * @returns What to tell the user.
 */
export function explainRefusal(command: Grants, message: string): string {
  const [, kind, place] = REFUSED.exec(message) ?? [];
  if (!kind) return message;
  const { name, reads, writes, writesTo = ["runs"] } = command;
  const refused = refusedPaths(writes ? writesTo : []);
  const list = (granted: string, ...paths: string[]) =>
    [...new Set([granted, ...paths])].map(quote).join(",");
  const isFile = kind === "read" || kind === "write";
  const own = place && isFile && !isCovered(place, refused.read) ? [place] : [];
  const grants = [
    `--allow-read=${list(reads, ...refused.read, ...own)}`,
    ...(writes && (kind === "write" || refused.write.length > 0)
      ? [
        `--allow-write=${
          list(writes, ...refused.write, ...(kind === "write" ? own : []))
        }`,
      ]
      : []),
    ...(isFile ? [] : [`--allow-${kind}${place ? `=${quote(place)}` : ""}`]),
  ].join(" ");
  const args = Deno.args.map(quote).join(" ");
  return `Cannot ${kind} ${place ?? ""} as ${name} is not granted that. ` +
    `To grant it:\n  deno run --quiet -P=${name} ${grants} ` +
    `scripts/${name}.ts ${args}`;
}

/** Whether a path is one of these or lies in one of them. */
function isCovered(path: string, folders: readonly string[]): boolean {
  return folders.some((folder) =>
    path === folder || path.startsWith(`${folder.replace(/\/$/, "")}/`)
  );
}

function quote(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text)
    ? text
    : `'${text.replaceAll("'", `'\\''`)}'`;
}
