/**
 * A model of a disk with a volatile cache: what a program has written, what of
 * it was forced to the disk, and so what a power cut may leave.
 *
 * It knows what POSIX promises and nothing more. `fsync` of a file keeps its
 * content, `fsync` of a folder keeps the names in it; all else may be there,
 * in part, or not.
 *
 * @module
 */

/** A file: its content now, and as much of it as is on the disk. */
class File {
  content = new Uint8Array();
  durable = new Uint8Array();
  /** The least size that it has had since it was forced to the disk. */
  leastSize = 0;
}

/** A folder: its names now, and those on the disk. */
class Folder {
  names = new Map<string, Entry>();
  durable = new Map<string, Entry>();
}

/** A change of the names in a folder. */
interface Change {
  readonly folder: Folder;
  readonly apply: (names: Map<string, Entry>) => void;
}

type Entry = File | Folder;

/** What a power cut leaves: the content of each file by its path. */
export type DiskState = ReadonlyMap<string, Uint8Array | null>;

/** How much of content that was not forced to the disk is there. */
const CONTENTS = ["none", "cut", "half", "all"] as const;

/** The disk below one folder, as operations change it. */
export class DiskModel {
  readonly #root = new Folder();
  /** Changes that are not on the disk, in the order in which they were made. */
  #pending: Change[] = [];

  /** Makes a folder. */
  makeFolder(path: string): void {
    this.#add(path, new Folder());
  }

  /** Makes an empty file, unless there is one. */
  create(path: string): void {
    if (!this.#find(path)) this.#add(path, new File());
  }

  /** Replaces what a file has from some place on. */
  write(path: string, offset: number, bytes: Uint8Array): void {
    const file = this.#file(path);
    const size = Math.max(file.content.length, offset + bytes.length);
    const content = new Uint8Array(size);
    content.set(file.content);
    content.set(bytes, offset);
    file.content = content;
  }

  /** Cuts a file. */
  truncate(path: string, size: number): void {
    const file = this.#file(path);
    file.content = file.content.slice(0, size);
    file.leastSize = Math.min(file.leastSize, size);
  }

  /** Gives a file another name in the same folder. */
  rename(from: string, to: string): void {
    const [folder, before] = this.#split(from);
    const [, after] = this.#split(to);
    this.#change(folder, (names) => {
      const entry = names.get(before);
      if (!entry) return;
      names.delete(before);
      names.set(after, entry);
    });
  }

  /** Removes a name. */
  remove(path: string): void {
    const [folder, name] = this.#split(path);
    this.#change(folder, (names) => names.delete(name));
  }

  /** Forces a file's content, or a folder's names, to the disk. */
  sync(path: string): void {
    const entry = this.#find(path);
    if (entry instanceof File) {
      entry.durable = entry.content;
      entry.leastSize = entry.content.length;
    } else if (entry) {
      entry.durable = new Map(entry.names);
      this.#pending = this.#pending.filter(({ folder }) => folder !== entry);
    }
  }

  /**
   * All that a power cut at this moment may leave, of what this model tells
   * apart: each number of pending changes of names in the order in which they
   * were made, and each of them alone; each with none, half or all of the
   * content that was not forced to the disk, or with files cut off where they
   * were shortest.
   */
  *states(): Generator<DiskState> {
    const changes = this.#pending;
    const prefixes = changes.map((_, count) => changes.slice(0, count));
    const chosen = [...prefixes, changes, ...changes.map((one) => [one])];
    for (const kept of chosen) {
      const names = new Map<Folder, Map<string, Entry>>();
      const namesOf = (folder: Folder) =>
        names.getOrInsertComputed(folder, () => new Map(folder.durable));
      for (const { folder, apply } of kept) apply(namesOf(folder));
      for (const content of CONTENTS) {
        const state = new Map<string, Uint8Array | null>();
        const visit = (folder: Folder, path: string) => {
          for (const [name, entry] of namesOf(folder)) {
            const place = `${path}${name}`;
            if (entry instanceof File) {
              state.set(place, contentOf(entry, content));
            } else {
              state.set(place, null);
              visit(entry, `${place}/`);
            }
          }
        };
        visit(this.#root, "");
        yield state;
      }
    }
  }

  #add(path: string, entry: Entry): void {
    const [folder, name] = this.#split(path);
    this.#change(folder, (names) => names.set(name, entry));
  }

  #change(folder: Folder, apply: Change["apply"]): void {
    apply(folder.names);
    this.#pending.push({ folder, apply });
  }

  #split(path: string): [Folder, string] {
    const slash = path.lastIndexOf("/");
    const folder = slash < 0 ? this.#root : this.#find(path.slice(0, slash));
    if (!(folder instanceof Folder)) throw new Error(`no folder for ${path}`);
    return [folder, path.slice(slash + 1)];
  }

  #find(path: string): Entry | undefined {
    let entry: Entry | undefined = this.#root;
    for (const name of path === "" ? [] : path.split("/")) {
      entry = entry instanceof Folder ? entry.names.get(name) : undefined;
    }
    return entry;
  }

  #file(path: string): File {
    const file = this.#find(path);
    if (!(file instanceof File)) throw new Error(`no file ${path}`);
    return file;
  }
}

function contentOf(
  { content, durable, leastSize }: File,
  kept: typeof CONTENTS[number],
): Uint8Array {
  if (kept === "all") return content;
  if (kept === "none") return durable;
  if (kept === "cut") return durable.slice(0, leastSize);
  const size = Math.round((durable.length + content.length) / 2);
  // Content grows, or is replaced by what is shorter.
  return content.length > durable.length ? content.slice(0, size) : durable;
}
