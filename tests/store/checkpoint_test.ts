import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  CHECKPOINT_FILE,
  readCheckpoint,
  removeCheckpoint,
  type State,
  writeCheckpoint,
} from "../../core/store/checkpoint.ts";
import { skipUnlessGranted, tempFolder } from "../../testing/helpers.ts";
import fc from "../../testing/properties.ts";

skipUnlessGranted("files");

type Fields = { readonly [key: string]: State };

const arrays = fc.oneof(
  fc.float32Array(),
  fc.float64Array(),
  fc.int32Array(),
  fc.uint32Array(),
  fc.uint8Array(),
);
const { value } = fc.letrec<{ value: State; fields: Fields }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthIdentifier: "state" },
    fc.double(),
    fc.string({ unit: "grapheme" }),
    fc.boolean(),
    fc.constant(null),
    arrays,
    fc.array(tie("value"), { maxLength: 4, depthIdentifier: "state" }),
    tie("fields"),
  ),
  fields: fc.dictionary(fc.string(), tie("value"), {
    maxKeys: 4,
    noNullPrototype: true,
    depthIdentifier: "state",
  }),
}));

Deno.test(
  "readCheckpoint() gives any state back bit for bit, NaN, −0 and arrays included",
  async () => {
    using folder = tempFolder();
    await fc.assert(fc.asyncProperty(value, async (value) => {
      await writeCheckpoint(folder.path, { value });
      const read = await readCheckpoint(folder.path);
      // assertEquals would take +0 for −0.
      assert(isSame(read?.value, value), Deno.inspect([read?.value, value]));
    }));
  },
);

Deno.test(
  "readCheckpoint() distinguishes arrays whose paths look alike",
  async () => {
    using folder = tempFolder();
    const of = (n: number) => Float32Array.of(n);
    const state = {
      "a/b": { c: of(1) },
      a: { "b/c": of(2), b: { c: of(3) }, "b~1c": of(4) },
    };
    await writeCheckpoint(folder.path, state);
    assertEquals(await readCheckpoint(folder.path), state);
  },
);

/** Equal in kind and in every bit. */
function isSame(a: unknown, b: unknown): boolean {
  if (typeof a !== "object" || typeof b !== "object" || !a || !b) {
    return Object.is(a, b);
  }
  if (a.constructor !== b.constructor) return false;
  const keys = Object.keys(a);
  return keys.join() === Object.keys(b).join() &&
    keys.every((key) => isSame(a[key as never], b[key as never]));
}

/** What the format's header says of an array. */
interface Entry {
  readonly dtype: "F32" | "F64" | "U8";
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

Deno.test(
  "writeCheckpoint() writes the safetensors format, with aligned arrays",
  async () => {
    using folder = tempFolder();
    const weights = Float32Array.of(1.5, -2.25, 3);
    const moments = Float64Array.of(Math.PI);
    const flags = Uint8Array.of(7);
    await writeCheckpoint(folder.path, { engine: { flags, weights, moments } });
    const bytes = Deno.readFileSync(`${folder.path}/${CHECKPOINT_FILE}`);
    // By the format's own description, with nothing of Whisker's.
    const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    const text = new TextDecoder().decode(bytes.slice(8, 8 + length));
    const { __metadata__, ...table } = JSON.parse(text) as {
      __metadata__: { state: string };
    } & Record<string, Entry>;
    assertEquals(typeof __metadata__.state, "string");
    const read = ([name, entry]: [string, Entry]): [string, number[]] => {
      const { dtype, shape, data_offsets: [start, end] } = entry;
      const Kind = { F32: Float32Array, F64: Float64Array, U8: Uint8Array }[
        dtype
      ];
      // On the file itself: that throws where an array is not aligned.
      const values = new Kind(bytes.buffer, 8 + length + start, shape[0]);
      assertEquals(values.byteLength, end - start);
      return [name, [...values]];
    };
    const entries = Object.entries(table as Record<string, Entry>);
    assertEquals(Object.fromEntries(entries.map(read)), {
      "engine/flags": [7],
      "engine/weights": [1.5, -2.25, 3],
      "engine/moments": [Math.PI],
    });
    const ends = entries.map(([, { data_offsets }]) => data_offsets[1]);
    assertEquals(8 + length + Math.max(...ends), bytes.length);
  },
);

Deno.test(
  "readCheckpoint() refuses a file that is cut at any byte, or in which any byte is changed",
  async () => {
    using folder = tempFolder();
    const path = `${folder.path}/${CHECKPOINT_FILE}`;
    await writeCheckpoint(folder.path, {
      step: 3,
      weights: Float32Array.of(1, 2, 3),
    });
    const bytes = Deno.readFileSync(path);
    const refuses = async (content: Uint8Array) => {
      Deno.writeFileSync(path, content);
      const error = await assertRejects(() => readCheckpoint(folder.path));
      assert(error instanceof SyntaxError || error instanceof RangeError);
      assert(error.message.startsWith(`Cannot read ${path}`));
    };
    for (let length = 0; length < bytes.length; length++) {
      await refuses(bytes.slice(0, length));
    }
    for (let place = 0; place < bytes.length; place++) {
      const changed = bytes.slice();
      changed[place]! ^= 0x10;
      // A blank between the header and the arrays says nothing.
      if (bytes[place] !== 0x20) await refuses(changed);
    }
    await refuses(Uint8Array.of(...bytes, 0));
  },
);

Deno.test(
  "readCheckpoint() gives null for a missing one, and follows no link out of the run",
  async () => {
    using folder = tempFolder();
    using other = tempFolder();
    assertEquals(await readCheckpoint(folder.path), null);
    removeCheckpoint(folder.path); // Nothing to remove is nothing wrong.
    await writeCheckpoint(other.path, { step: 1 });
    Deno.symlinkSync(
      `${other.path}/${CHECKPOINT_FILE}`,
      `${folder.path}/${CHECKPOINT_FILE}`,
    );
    await assertRejects(
      () => readCheckpoint(folder.path),
      RangeError,
      "a link that leads out of the run",
    );
  },
);

Deno.test(
  "writeCheckpoint() names what it cannot keep, and leaves the previous checkpoint",
  async () => {
    using folder = tempFolder();
    await writeCheckpoint(folder.path, { step: 1 });
    const refused: [unknown, string][] = [
      [new Map(), "Map"],
      [new Date(0), "Date"],
      [undefined, "undefined"],
      [Symbol("a"), "Symbol(a)"],
      [1n, "1"],
      [{ $array: "weights" }, "Object"],
    ];
    for (const [what, shown] of refused) {
      await assertRejects(
        () => writeCheckpoint(folder.path, { at: { best: what as State } }),
        TypeError,
        "Cannot keep at/best in a checkpoint",
      ).then(({ message }) =>
        assertEquals(message.split("value is ")[1], shown)
      );
    }
    assertEquals(await readCheckpoint(folder.path), { step: 1 });
    assertEquals([...Deno.readDirSync(folder.path)].length, 1);
  },
);
