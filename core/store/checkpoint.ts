/**
 * Checkpoints: all that is needed to resume a run, in one file that is written
 * whole or not at all.
 *
 * The file is in the safetensors format, so that other tools can look at the
 * arrays: eight bytes with the length of a JSON header, the header, then the
 * arrays one after another (huggingface.co/docs/safetensors). Everything else is
 * JSON in the header's `__metadata__`.
 *
 * @module
 */

import { sha256 } from "../utils/hash.ts";
import { ifExists } from "./if_exists.ts";
import { checkRunFile } from "./safe_path.ts";
import { MAX_BYTES } from "./limits.ts";
import { checkVersion, SCHEMA_VERSION } from "./json_file.ts";
import {
  isJsonObject,
  isPlainObject,
  type JsonObject,
  parseJson,
} from "../utils/json.ts";
import { writeFileAtomic, type WriteOptions } from "./atomic_write.ts";

/** The checkpoint's file name in a run directory. */
export const CHECKPOINT_FILE = "checkpoint.safetensors";

/** The arrays that a checkpoint can hold, by their names in the format. */
const ARRAYS = new Map<string, new (buffer: ArrayBuffer) => StateArray>([
  ["F64", Float64Array],
  ["F32", Float32Array],
  ["I32", Int32Array],
  ["U32", Uint32Array],
  ["U8", Uint8Array],
]);

/** An array that a checkpoint can hold. */
export type StateArray =
  | Float64Array
  | Float32Array
  | Int32Array
  | Uint32Array
  | Uint8Array;

/**
 * The state of a part of a run: objects and lists of numbers, texts,
 * booleans, null and typed arrays.
 */
export type State =
  | number
  | string
  | boolean
  | null
  | StateArray
  | readonly State[]
  | { readonly [key: string]: State };

/** Stands for a value that JSON cannot hold: an array, NaN, −0, … */
const ARRAY_TAG = "$array";
const NUMBER_TAG = "$number";

const HEADER_BYTES = 8;
/** So that a reader can map arrays of doubles. */
const ALIGNMENT = 8;

/**
 * Writes a run's checkpoint and replaces an earlier one.
 *
 * @param runPath The run's directory.
 * @param state All that the run needs to be resumed; it is copied at once.
 * @param options How to write it.
 * @throws {TypeError} If the state has a value that cannot be kept.
 */
export async function writeCheckpoint(
  runPath: string,
  state: { readonly [key: string]: State },
  options: WriteOptions = {},
): Promise<void> {
  const bytes = await encodeCheckpoint(state);
  writeFileAtomic(`${runPath}/${CHECKPOINT_FILE}`, bytes, options);
}

/**
 * Reads a run's checkpoint.
 *
 * @param runPath The run's directory.
 * @returns What was written, bit for bit; null where there is none.
 * @throws {SyntaxError} If the file is not whole.
 * @throws {RangeError} If it has an unknown version, or is too large, or a
 * link that leads out of the run.
 */
export async function readCheckpoint(
  runPath: string,
): Promise<JsonObject | null> {
  const path = `${runPath}/${CHECKPOINT_FILE}`;
  const bytes = ifExists(() => {
    checkRunFile(path, runPath, MAX_BYTES.checkpoint);
    return Deno.readFileSync(path);
  });
  return bytes && await decodeCheckpoint(bytes, path);
}

/**
 * Removes a run's checkpoint, which a completed run does not need.
 *
 * @param runPath The run's directory.
 */
export function removeCheckpoint(runPath: string): void {
  ifExists(() => Deno.removeSync(`${runPath}/${CHECKPOINT_FILE}`));
}

/**
 * Checks that a state can be saved, without saving it.
 *
 * @param state The state.
 * @throws {TypeError} If it has a value that cannot be kept.
 */
export function checkState(state: { readonly [key: string]: State }): void {
  withoutArrays(state, "", new Map());
}

async function encodeCheckpoint(
  state: { readonly [key: string]: State },
): Promise<Uint8Array> {
  const arrays = new Map<string, StateArray>();
  const encoded = JSON.stringify(withoutArrays(state, "", arrays));
  // The widest first, so that each array is aligned.
  const placed = [...arrays].sort(([, a], [, b]) =>
    b.BYTES_PER_ELEMENT - a.BYTES_PER_ELEMENT
  );
  const nBytes = placed.reduce(
    (sum, [, { byteLength }]) => sum + byteLength,
    0,
  );
  const data = new Uint8Array(nBytes);
  const table: Record<string, object> = {};
  let start = 0;
  for (const [name, array] of placed) {
    const { buffer, byteOffset, byteLength, length } = array;
    data.set(new Uint8Array(buffer, byteOffset, byteLength), start);
    const end = start + byteLength;
    const dtype = findDtype(array);
    table[name] = { dtype, shape: [length], data_offsets: [start, end] };
    start = end;
  }
  const metadata = {
    schemaVersion: String(SCHEMA_VERSION),
    state: encoded,
    sha256: await hashState(encoded, table, data),
  };
  const text = JSON.stringify({ __metadata__: metadata, ...table });
  const header = new TextEncoder().encode(text);
  const padded = Math.ceil(header.length / ALIGNMENT) * ALIGNMENT;
  const size = HEADER_BYTES + padded + nBytes;
  // Readers have bounds.
  if (padded > MAX_BYTES.text || size > MAX_BYTES.checkpoint) {
    throw new RangeError(
      `Cannot keep a checkpoint: its arrays may have ` +
        `${MAX_BYTES.checkpoint} bytes and all else ${MAX_BYTES.text}; ` +
        `current values are ${nBytes} and ${padded}`,
    );
  }
  const bytes = new Uint8Array(size).fill(0x20);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(padded), true);
  bytes.set(header, HEADER_BYTES);
  bytes.set(data, HEADER_BYTES + padded);
  return bytes;
}

async function decodeCheckpoint(
  bytes: Uint8Array,
  path: string,
): Promise<JsonObject> {
  const damaged = (what: string) =>
    new SyntaxError(`Cannot read ${path} as a checkpoint: ${what}`);
  const length = bytes.length < HEADER_BYTES
    ? Infinity
    : Number(new DataView(bytes.buffer).getBigUint64(0, true));
  const start = HEADER_BYTES + length;
  if (start > bytes.length) throw damaged("it ends too early");
  if (length > MAX_BYTES.text) throw damaged("its header is too long");
  const text = new TextDecoder().decode(bytes.subarray(HEADER_BYTES, start));
  const header = parseJson(text, path);
  if (!isJsonObject(header) || !isJsonObject(header.__metadata__)) {
    throw damaged("its header has no metadata");
  }
  const { __metadata__: metadata, ...table } = header;
  const { state, sha256, schemaVersion } = metadata;
  checkVersion(Number(schemaVersion), path);
  const data = bytes.subarray(start);
  if (sha256 !== await hashState(String(state), table, data)) {
    throw damaged("it is not as it was written, cut off for example");
  }
  try {
    return JSON.parse(String(state), (_key, value) => {
      if (!isJsonObject(value)) return value;
      const { [ARRAY_TAG]: name, [NUMBER_TAG]: number } = value;
      if (typeof number === "string") return Number(number);
      return typeof name === "string" ? readArray(table[name], data) : value;
    }) as JsonObject;
  } catch {
    throw damaged("its header does not describe its arrays");
  }
}

/** The array that an entry of the header describes. */
function readArray(entry: unknown, data: Uint8Array): StateArray {
  const { dtype, data_offsets: [start, end] } = entry as {
    readonly dtype: string;
    readonly data_offsets: readonly [number, number];
  };
  // Copied, since an array begins at a multiple of its type's size.
  return new (ARRAYS.get(dtype)!)(data.slice(start, end).buffer);
}

/** How the format calls an array's type; undefined for other values. */
function findDtype(value: unknown): string | undefined {
  return ARRAYS.entries().find(([, Kind]) => value instanceof Kind)?.[0];
}

/** SHA-256 of everything in a checkpoint. */
async function hashState(
  state: string,
  table: object,
  data: Uint8Array,
): Promise<string> {
  // The arrays are hashed on their own: they may be large, and are not copied.
  const all = [state, JSON.stringify(table), await sha256(data)].join("\n");
  return await sha256(new TextEncoder().encode(all));
}

/** The state as JSON can hold it; its arrays are collected by their paths. */
function withoutArrays(
  value: unknown,
  path: string,
  arrays: Map<string, StateArray>,
): unknown {
  if (typeof value === "number") {
    const isPlain = Number.isFinite(value) && !Object.is(value, -0);
    if (isPlain) return value;
    return { [NUMBER_TAG]: Object.is(value, -0) ? "-0" : String(value) };
  }
  if (value === null || ["string", "boolean"].includes(typeof value)) {
    return value;
  }
  const within = (item: unknown, key: string | number) => {
    // As in JSON pointers (RFC 6901), so that paths are unique.
    const name = String(key).replaceAll("~", "~0").replaceAll("/", "~1");
    return withoutArrays(item, path === "" ? name : `${path}/${name}`, arrays);
  };
  if (Array.isArray(value)) return value.map(within);
  if (findDtype(value)) {
    arrays.set(path, value as StateArray);
    return { [ARRAY_TAG]: path };
  }
  const isPlain = isPlainObject(value) &&
    !(ARRAY_TAG in value) && !(NUMBER_TAG in value);
  if (!isPlain) {
    throw new TypeError(
      `Cannot keep ${path} in a checkpoint: it must be made of objects, ` +
        "lists, numbers, texts, booleans, null and typed arrays; current " +
        `value is ${
          isJsonObject(value) ? value.constructor?.name : String(value)
        }`,
    );
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, within(item, key)]),
  );
}
