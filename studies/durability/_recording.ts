/**
 * Records what a program does to the files in a folder, by standing in front of
 * Deno's functions. What it does not know fails, so that nothing is missed.
 *
 * @module
 */

import { DiskModel } from "./_disk_model.ts";

/** Functions that write, and that nothing here uses. */
const UNKNOWN = [
  ...["writeFile", "writeTextFile", "mkdir", "remove", "rename", "open"],
  ...["create", "createSync", "copyFile", "copyFileSync", "link", "linkSync"],
  ...["symlink", "symlinkSync", "truncate", "truncateSync"],
] as const;

/** An operation on the files in a folder. */
export type Operation =
  | "mkdir"
  | "write"
  | "rename"
  | "remove"
  | "truncate"
  | "sync";

/** Thrown by an observer: of what is written, half is written before. */
export class TornWrite extends Error {
  override name = "TornWrite";
}

/** What is told of the operations. */
export interface Observer {
  /** Is called before each operation; what it throws happens instead. */
  readonly before?: (operation: Operation, path: string) => void;
  /** Is called after each operation. */
  readonly after?: (disk: DiskModel) => void;
}

/**
 * Does some work, and follows in a model what it does to a folder.
 *
 * @param folder The folder; paths outside of it are left alone.
 * @param observer What is told of each operation.
 * @param work The work.
 * @returns What the work returns.
 */
export async function recordOperations<T>(
  folder: string,
  observer: Observer,
  work: () => Promise<T>,
): Promise<T> {
  const disk = new DiskModel();
  const before = (operation: Operation, path: string | URL) => {
    const inner = within(path);
    if (inner !== undefined) observer.before?.(operation, inner);
  };
  const within = (path: string | URL) => {
    const text = String(path).replace(/\/+$/, "");
    if (text === folder) return "";
    return text.startsWith(`${folder}/`)
      ? text.slice(folder.length + 1)
      : undefined;
  };
  const after = (path: string | URL, change: (path: string) => void) => {
    const inner = within(path);
    if (inner === undefined) return;
    change(inner);
    observer.after?.(disk);
  };
  const originals = { ...Deno };
  const replaced: Partial<typeof Deno> = {
    mkdirSync(path, options) {
      const isNew = within(path) !== undefined && !exists(path);
      before("mkdir", path);
      originals.mkdirSync(path, options);
      if (isNew) after(path, (path) => disk.makeFolder(path));
    },
    writeFileSync(path, data, options) {
      orTorn(() => before("write", path), () => {
        originals.writeFileSync(path, half(data as Uint8Array));
      });
      originals.writeFileSync(path, data, options);
      writeWhole(path, data as Uint8Array);
    },
    writeTextFileSync(path, data, options) {
      orTorn(() => before("write", path), () => {
        originals.writeTextFileSync(path, half(data as string));
      });
      originals.writeTextFileSync(path, data, options);
      writeWhole(path, new TextEncoder().encode(data as string));
    },
    renameSync(from, to) {
      before("rename", to);
      originals.renameSync(from, to);
      after(from, (from) => disk.rename(from, within(to)!));
    },
    removeSync(path, options) {
      before("remove", path);
      originals.removeSync(path, options);
      after(path, (path) => disk.remove(path));
    },
    openSync(path, options) {
      const file = originals.openSync(path, options);
      if (within(path) !== undefined) follow(file, path, options?.write);
      return file;
    },
  };
  const writeWhole = (path: string | URL, bytes: Uint8Array) => {
    after(path, (path) => disk.create(path));
    after(path, (path) => disk.truncate(path, 0));
    after(path, (path) => disk.write(path, 0, bytes.slice()));
  };
  /** Stands in front of an open file's methods. */
  const follow = (
    file: Deno.FsFile,
    path: string | URL,
    isWritten = false,
  ) => {
    if (isWritten) after(path, (path) => disk.create(path));
    const { writeSync, truncateSync, syncSync, syncDataSync } = file;
    Object.assign(file, {
      writeSync(bytes: Uint8Array) {
        orTorn(() => before("write", path), () => {
          writeSync.call(file, half(bytes));
        });
        const offset = file.seekSync(0, Deno.SeekMode.Current);
        const written = writeSync.call(file, bytes);
        after(path, (path) => {
          disk.write(path, offset, bytes.slice(0, written));
        });
        return written;
      },
      truncateSync(size = 0) {
        before("truncate", path);
        truncateSync.call(file, size);
        after(path, (path) => disk.truncate(path, size));
      },
      syncSync() {
        before("sync", path);
        syncSync.call(file);
        after(path, (path) => disk.sync(path));
      },
      syncDataSync() {
        before("sync", path);
        syncDataSync.call(file);
        after(path, (path) => disk.sync(path));
      },
    });
  };
  for (const name of UNKNOWN) {
    const original = originals[name] as (...args: unknown[]) => unknown;
    Object.assign(replaced, {
      [name]: (...args: unknown[]) => {
        const isRead = name === "open" && args.length === 1;
        if (!isRead && args.some((arg) => within(String(arg)) !== undefined)) {
          throw new Error(`Deno.${name} is not followed: add it here`);
        }
        return original(...args);
      },
    });
  }
  Object.assign(Deno, replaced);
  try {
    return await work();
  } finally {
    for (const name of Object.keys(replaced) as (keyof typeof replaced)[]) {
      Object.assign(Deno, { [name]: originals[name] });
    }
  }
}

function half<
  T extends { slice(start: number, end: number): T; length: number },
>(
  content: T,
): T {
  return content.slice(0, Math.floor(content.length / 2));
}

/** Does one thing, and where that is a torn write, another before it throws. */
function orTorn(before: () => void, write: () => void): void {
  try {
    before();
  } catch (error) {
    if (error instanceof TornWrite) write();
    throw error;
  }
}

function exists(path: string | URL): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch {
    return false;
  }
}
