/**
 * The file of an index: a header, numbers, codes and JSON, with a hash of all of it.
 * The file is untrusted: it may be damaged or made by anyone.
 *
 * @module
 */

import { writeFileAtomic } from "../../core/store/atomic_write.ts";
import { makeFolder } from "../../core/store/run_directory.ts";
import { MAX_BYTES } from "../../core/store/limits.ts";

/** What the file of an index holds. */
export interface IndexContent {
  /** Any JSON. */
  readonly json: unknown;
  /** Numbers in double precision. */
  readonly numbers: Float64Array;
  /** Whole numbers. */
  readonly codes: Uint32Array;
}

/** The folder of the index, beside the runs. */
const FOLDER = ".index";

/** Returns the path of the folder of an index. */
export function indexFolder(directory: string): string {
  return `${directory}/${FOLDER}`;
}

const FILE = "runs";

/** "whsk", and the version of the format. */
const MAGIC = 0x7768736b, FORMAT = 2;

/** Magic, format, three lengths, an unused word, and the hash. */
const N_HEADER = 8, WORD = 4;

/** The largest index that is read or written, in bytes. */
const MAX_INDEX = 8 * MAX_BYTES.text;

/**
 * Reads the index of a directory of runs.
 *
 * @param directory The directory.
 * @returns Its content; undefined if it does not exist or is damaged.
 */
export function readIndexFile(directory: string): IndexContent | undefined {
  const folder = indexFolder(directory);
  try {
    const { isFile, size } = Deno.lstatSync(`${folder}/${FILE}`);
    if (!Deno.lstatSync(folder).isDirectory || !isFile) return undefined;
    if (size > MAX_INDEX || size % WORD !== 0) return undefined;
    return parseIndex(Deno.readFileSync(`${folder}/${FILE}`));
  } catch {
    return undefined; // The runs are read instead.
  }
}

function parseIndex(bytes: Uint8Array<ArrayBuffer>): IndexContent {
  const words = new Uint32Array(bytes.buffer);
  const [magic, format, nNumbers, nCodes, nBytes] = words;
  const start = N_HEADER * WORD;
  const afterNumbers = start + Float64Array.BYTES_PER_ELEMENT * nNumbers!;
  const afterCodes = afterNumbers + WORD * nCodes!;
  const hash = hashWords(words);
  if (
    magic !== MAGIC || format !== FORMAT || nBytes! > MAX_BYTES.text ||
    afterCodes + roundUp(nBytes!) !== bytes.length ||
    words[N_HEADER - 2] !== hash[0] || words[N_HEADER - 1] !== hash[1]
  ) throw new RangeError("Not an index");
  const text = bytes.subarray(afterCodes, afterCodes + nBytes!);
  return {
    numbers: new Float64Array(bytes.buffer, start, nNumbers),
    codes: new Uint32Array(bytes.buffer, afterNumbers, nCodes),
    json: JSON.parse(new TextDecoder().decode(text)),
  };
}

/**
 * Writes the index of a directory of runs. If several processes do, the last one
 * wins.
 *
 * @param directory The directory.
 * @param content The content.
 * @returns Whether it was written; not if it is too large, or cannot be written.
 */
export function writeIndexFile(
  directory: string,
  { json, numbers, codes }: IndexContent,
): boolean {
  const text = new TextEncoder().encode(JSON.stringify(json));
  const start = N_HEADER * WORD;
  const size = start + numbers.byteLength + codes.byteLength +
    roundUp(text.length);
  if (text.length > MAX_BYTES.text || size > MAX_INDEX) return false;
  const bytes = new Uint8Array(size);
  const words = new Uint32Array(bytes.buffer);
  words.set([MAGIC, FORMAT, numbers.length, codes.length, text.length]);
  new Float64Array(bytes.buffer, start, numbers.length).set(numbers);
  words.set(codes, (start + numbers.byteLength) / WORD);
  bytes.set(text, start + numbers.byteLength + codes.byteLength);
  words.set(hashWords(words), N_HEADER - 2);
  const folder = indexFolder(directory);
  try {
    makeFolder(folder);
    // A link would lead elsewhere.
    if (!Deno.lstatSync(folder).isDirectory) return false;
    writeFileAtomic(`${folder}/${FILE}`, bytes);
    return true;
  } catch {
    return false; // No permission, no space, a read-only disk: not an error.
  }
}

function roundUp(length: number): number {
  return WORD * Math.ceil(length / WORD);
}

/** Odd constants of MurmurHash3 (Appleby) and its finaliser. */
const MIX = [0xcc9e2d51, 0x1b873593, 0x85ebca6b, 0xc2b2ae35] as const;

/**
 * Hashes the words at even and at odd positions, the hash itself left out. It
 * detects damage, not forgery.
 */
function hashWords(words: Uint32Array): [number, number] {
  let a = 0, b = 0;
  const [mixA, mixB, stepA, stepB] = MIX;
  for (let i = 0; i < words.length; i += 2) {
    const isHash = i === N_HEADER - 2;
    a = Math.imul(a ^ (isHash ? 0 : words[i]!), mixA);
    a = Math.imul(a ^ a >>> 15, stepA);
    b = Math.imul(b ^ (isHash ? 0 : words[i + 1] ?? 0), mixB);
    b = Math.imul(b ^ b >>> 13, stepB);
  }
  return [a >>> 0, b >>> 0];
}
