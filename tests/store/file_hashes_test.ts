import { assertEquals } from "@std/assert";
import fc from "../../testing/properties.ts";
import { sha256 } from "../../core/utils/hash.ts";
import {
  findDifference,
  hashContents,
  hashFile,
} from "../../core/store/file_hashes.ts";
import { skipUnlessGranted, tempFolder } from "../../testing/helpers.ts";

skipUnlessGranted("files");

/** A size about one or two of the pieces in which files are read. */
const size = fc.oneof(
  fc.integer({ min: 0, max: 10 }),
  fc.integer({ min: 2 ** 20 - 2, max: 2 ** 20 + 2 }),
  fc.integer({ min: 2 ** 21 - 2, max: 2 ** 21 + 2 }),
);

Deno.test("hashFile() gives the SHA-256 of all bytes", async () => {
  using folder = tempFolder();
  const path = `${folder.path}/a`;
  await fc.assert(
    fc.asyncProperty(size, fc.integer(), async (size, seed) => {
      const bytes = Uint8Array.from({ length: size }, (_, i) => i * seed);
      Deno.writeFileSync(path, bytes);
      assertEquals(await hashFile(path), await sha256(bytes));
    }),
    { numRuns: 20 },
  );
});

Deno.test(
  "findDifference() gives the first byte in which files of equal size differ",
  async () => {
    using folder = tempFolder();
    const [a, b] = [`${folder.path}/a`, `${folder.path}/b`];
    await fc.assert(
      fc.asyncProperty(
        size,
        fc.array(fc.nat(), { maxLength: 3 }),
        async (size, changes) => {
          const bytes = new Uint8Array(size);
          Deno.writeFileSync(a, bytes);
          const places = size === 0 ? [] : changes.map((n) => n % size);
          for (const place of places) bytes[place] = 1;
          Deno.writeFileSync(b, bytes);
          assertEquals(
            await findDifference(a, b),
            places.length === 0 ? null : Math.min(...places),
          );
        },
      ),
      { numRuns: 20 },
    );
  },
);

Deno.test(
  "hashContents() gives hash and size of what a training leaves, by its path",
  async () => {
    using folder = tempFolder();
    const { path } = folder;
    Deno.mkdirSync(`${path}/model`);
    Deno.mkdirSync(`${path}/samples`);
    for (
      const file of ["run.json", "samples/a.json", "model/b", "a", ".hidden"]
    ) Deno.writeTextFileSync(`${path}/${file}`, file);
    Deno.symlinkSync("a", `${path}/link`);
    const hash = (text: string) => sha256(new TextEncoder().encode(text));
    assertEquals(await hashContents(path), {
      contents: { a: await hash("a"), "model/b": await hash("model/b") },
      sizes: { a: 1, "model/b": 7 },
    });
  },
);
