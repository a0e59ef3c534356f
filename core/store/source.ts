/**
 * The source of a run: the project files that its modules come from, stored once per
 * content beside the runs, so that uncommitted code is kept too.
 *
 * ```text
 * runs/.sources/<sha256>.json    the files of one source, and what names mean
 * runs/.sources/files/<sha256>   a file's content
 * ```
 *
 * @module
 */

import { init, parse } from "es-module-lexer";
import { dirname, relative } from "@std/path";
import stripJsonComments from "strip-json-comments";
import { sha256 } from "../utils/hash.ts";
import { ifExists } from "./if_exists.ts";
import { checkRunFile, checkStaysInside } from "./safe_path.ts";
import { MAX_BYTES } from "./limits.ts";
import { isJsonObject } from "../utils/json.ts";
import { encodeJsonFile, parseVersioned } from "./json_file.ts";
import {
  syncToDisk,
  writeFileAtomic,
  type WriteOptions,
} from "./atomic_write.ts";
import { makeFolders } from "./run_directory.ts";
import type { SourceInfo } from "./run_info.ts";

/** The store's name among the runs; the dot says that it is no run. */
export const SOURCES = ".sources";

/** The files that some modules come from. */
export interface Source {
  /** The modules that it was found from, as paths. */
  readonly entries: readonly string[];
  /** The content of each file by its path in the project. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** What names that are no paths lead to: a package, or a file of these. */
  readonly imports: ReadonlyMap<string, string>;
  /** The lock file's content; null where there is none. */
  readonly lock: Uint8Array | null;
}

const ROOT = new URL("../../", import.meta.url);
const LOCK_FILE = "deno.lock";
const CONFIG_FILE = "deno.json";
const PATH = /^\.{0,2}\//;
const MODULE = /\.[cm]?[jt]sx?$/;

/**
 * Finds every project file that some modules come from: what they import, and
 * what that imports, types and data included. Packages are known by name and
 * version, and by the lock file.
 *
 * @param entries The modules to begin with, as URLs of files.
 * @param warn Called with what could not be followed or is too large.
 * @returns Their source.
 * @throws {Deno.errors.NotCapable} If one may not be read.
 */
export async function collectSource(
  entries: readonly string[],
  warn: (warning: string) => void = console.warn,
): Promise<Source> {
  await init;
  const resolve = readImportMap();
  const files = new Map<string, Uint8Array>();
  const imports = new Map<string, string>();
  const pending = [...entries];
  while (pending.length > 0) {
    const url = pending.pop()!;
    const path = toProjectPath(url);
    if (files.has(path)) continue;
    const content = readFile(new URL(url));
    if (!content) continue; // Only imported where it is there.
    if (content.length > MAX_BYTES.text) {
      warn(`${path} is too large to be kept with the source`);
      continue;
    }
    files.set(path, content);
    if (!MODULE.test(path)) continue;
    const text = new TextDecoder().decode(content);
    for (const { specifier } of findImports(text, path, warn)) {
      const isPath = PATH.test(specifier);
      const target = isPath ? new URL(specifier, url).href : resolve(specifier);
      const isFile = target.startsWith("file:");
      if (isFile) pending.push(target);
      if (isPath) continue;
      imports.set(specifier, isFile ? toProjectPath(target) : target);
    }
  }
  return {
    entries: entries.map(toProjectPath),
    files,
    imports,
    lock: readFile(new URL(LOCK_FILE, ROOT)),
  };
}

/**
 * Reads the import map of `deno.json`. Deno itself would resolve packages to paths
 * of this machine.
 */
function readImportMap(): (name: string) => string {
  const text = readFile(new URL(CONFIG_FILE, ROOT)) ?? undefined;
  const plain = stripJsonComments(new TextDecoder().decode(text), {
    trailingCommas: true,
  });
  const { imports = {} } = JSON.parse(plain || "{}") as {
    readonly imports?: Readonly<Record<string, string>>;
  };
  const keys = Object.keys(imports).sort((a, b) => b.length - a.length);
  return (name) => {
    const key = keys.find((key) =>
      key === name || (key.endsWith("/") && name.startsWith(key))
    );
    if (key === undefined) return name;
    const target = imports[key]! + name.slice(key.length);
    return PATH.test(target) ? new URL(target, ROOT).href : target;
  };
}

/** A path in the project; `_` stands for a folder above it. */
function toProjectPath(url: string): string {
  const path = (url: URL) => decodeURIComponent(url.pathname);
  return relative(path(ROOT), path(new URL(url)))
    .replaceAll("\\", "/")
    .replaceAll("../", "_/");
}

/** Reads a file; null where there is none, or a pipe, which might never end. */
function readFile(url: URL): Uint8Array | null {
  const isFile = ifExists(() => Deno.statSync(url).isFile);
  return isFile ? ifExists(() => Deno.readFileSync(url)) : null;
}

/** The imports of a module whose names are written out; none if it is broken. */
function findImports(
  text: string,
  path: string,
  warn: (warning: string) => void = () => {},
) {
  try {
    const [imports] = parse(text, path);
    return imports.flatMap((found) => {
      const { type, specifier, start, end } = found;
      if (!specifier || (type === "dynamic" && found.glob)) return [];
      // Of an import() the place is that of the argument, quotes included.
      const inset = type === "dynamic" ? 1 : 0;
      return [{ specifier, start: start + inset, end: end - inset }];
    });
  } catch (error) {
    const { message } = error as Error;
    warn(`what ${path} imports is not kept with the source: ${message}`);
    return [];
  }
}

/**
 * Stores a source beside the runs. Content that is already there is not written
 * again.
 *
 * @param runs The directory that holds all runs.
 * @param source The source.
 * @param options How to write it.
 * @returns Its hashes, by which it is found again.
 * @throws {RangeError} If a link in the way leads out of the runs.
 */
export async function keepSource(
  runs: string,
  source: Source,
  options: WriteOptions = {},
): Promise<SourceInfo> {
  const folder = `${runs}/${SOURCES}`;
  checkStaysInside(`${folder}/files`, runs);
  makeFolders(`${folder}/files`, options);
  const { info, list, contents } = await encodeSource(source);
  for (const [hash, content] of contents) {
    ensure(`${folder}/files/${hash}`, content, options);
  }
  // The list last, when all its files are there.
  ensure(`${folder}/${info.sha256}.json`, list, options);
  return info;
}

/**
 * Finds the hashes of a source without storing it.
 *
 * @param source The source.
 * @returns The hashes that {@linkcode keepSource} would give.
 */
export async function hashSource(source: Source): Promise<SourceInfo> {
  return (await encodeSource(source)).info;
}

/** The list of a source's files, and their contents by their hashes. */
async function encodeSource({ entries, files, imports, lock }: Source) {
  const contents = new Map<string, Uint8Array>();
  const add = async (content: Uint8Array) => {
    const hash = await sha256(content);
    contents.set(hash, content);
    return hash;
  };
  const hashes: [string, string][] = [];
  for (const [path, content] of inOrder(files)) {
    hashes.push([path, await add(content)]);
  }
  const list = encodeJsonFile(SOURCES, {
    entries,
    files: Object.fromEntries(hashes),
    imports: Object.fromEntries(inOrder(imports)),
  });
  const info: SourceInfo = {
    sha256: await sha256(list),
    files: hashes.length,
    lock: lock && await add(lock),
  };
  return { info, list, contents };
}

function inOrder<T>(map: ReadonlyMap<string, T>): [string, T][] {
  return [...map].sort(([a], [b]) => a < b ? -1 : 1);
}

/** Writes a file unless it exists as it should be. */
function ensure(
  path: string,
  content: Uint8Array,
  options: WriteOptions,
): void {
  const isWhole = ifExists(() => {
    // The target of a link may change at any time.
    const { isFile, size } = Deno.lstatSync(path);
    return isFile && size === content.length &&
      Deno.readFileSync(path).every((byte, index) => byte === content[index]);
  });
  if (!isWhole) writeFileAtomic(path, content, options);
  // Another process may have written it without waiting for the disk.
  else if (options.isDurable) syncToDisk(path);
}

const HASH = /^[0-9a-f]{64}$/;
/** Paths that stay within a folder. */
const INNER_PATH =
  /^(?!\.{1,2}(\/|$))[^/\\\0]+(\/(?!\.{1,2}(\/|$))[^/\\\0]+)*$/;

/**
 * Reads a stored source.
 *
 * @param runs The directory that holds all runs.
 * @param info Its hashes, as `run.json` has them.
 * @returns The source.
 * @throws {Deno.errors.NotFound} If the store lacks it, or one of its files.
 * @throws {RangeError} If a file does not match its hash, is a link that leads
 * out of the runs, or has a path that leads elsewhere.
 */
export async function readSource(
  runs: string,
  info: SourceInfo,
): Promise<Source> {
  const folder = `${runs}/${SOURCES}`;
  const read = async (path: string, hash: string) => {
    if (HASH.test(hash)) {
      checkRunFile(path, runs, MAX_BYTES.text);
      const content = Deno.readFileSync(path);
      if (await sha256(content) === hash) return content;
    }
    throw new RangeError(
      `Cannot use ${path}: its content does not match its hash`,
    );
  };
  const list = `${folder}/${info.sha256}.json`;
  const text = new TextDecoder().decode(await read(list, info.sha256));
  const { entries: modules, files, imports } = parseVersioned(text, list);
  const entries = (value: unknown) =>
    Object.entries(isJsonObject(value) ? value : {})
      .map(([key, text]) => [key, String(text)] as const);
  const contents = new Map<string, Uint8Array>();
  for (const [path, hash] of entries(files)) {
    if (!INNER_PATH.test(path)) {
      throw new RangeError(
        `Cannot use ${list}: each path must stay within the source; ` +
          `current value is ${JSON.stringify(path)}`,
      );
    }
    contents.set(path, await read(`${folder}/files/${hash}`, hash));
  }
  return {
    entries: Array.isArray(modules) ? modules.map(String) : [],
    files: contents,
    imports: new Map(entries(imports)),
    lock: info.lock === null
      ? null
      : await read(`${folder}/files/${info.lock}`, info.lock),
  };
}

/**
 * Writes a source to files that can be run in place: names of packages are replaced
 * by what they stood for then, whatever `deno.json` says now.
 *
 * @param source The source.
 * @param folder An empty folder.
 */
export async function layOutSource(
  source: Source,
  folder: string,
): Promise<void> {
  await init;
  for (const [path, content] of source.files) {
    const file = `${folder}/${path}`;
    Deno.mkdirSync(dirname(file), { recursive: true });
    if (!MODULE.test(path)) {
      Deno.writeFileSync(file, content);
      continue;
    }
    let text = new TextDecoder().decode(content);
    // A file that cannot be parsed stays as it is.
    for (const found of findImports(text, path).toReversed()) {
      const target = source.imports.get(found.specifier);
      if (target === undefined) continue;
      const meant = source.files.has(target)
        ? `./${relative(dirname(path), target)}`
        : target;
      text = text.slice(0, found.start) + meant + text.slice(found.end);
    }
    Deno.writeTextFileSync(file, text);
  }
}
