import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import {
  readObservations,
  writeObservations,
} from "../../core/store/observations.ts";
import { skipUnlessGranted, tempFolder } from "../../testing/helpers.ts";

skipUnlessGranted("files");

Deno.test(
  "readObservations() reads what writeObservations() wrote, bit for bit",
  () => {
    using folder = tempFolder();
    Deno.mkdirSync(`${folder.path}/results`);
    const values = Float64Array.of(0.1, NaN, -0, Infinity, 5e-324);
    const name = writeObservations(folder.path, values);
    assertMatch(name, /^[0-9a-f]{32}$/);
    assertEquals(readObservations(folder.path, name), values);
    // The same observations have the same name, others another.
    assertEquals(writeObservations(folder.path, values), name);
    assertEquals(
      writeObservations(folder.path, values.subarray(1)) === name,
      false,
    );
  },
);

Deno.test(
  "readObservations() refuses names that lead elsewhere, and damaged files",
  () => {
    using folder = tempFolder();
    const values = `${folder.path}/results/values`;
    Deno.mkdirSync(values, { recursive: true });
    const outside = "../../../../etc/passwd";
    assertThrows(
      () => readObservations(folder.path, outside),
      RangeError,
      outside,
    );
    const name = "0".repeat(32);
    assertThrows(
      () => readObservations(folder.path, name),
      Deno.errors.NotFound,
      name,
    );
    // Of another length, and with another bit.
    for (const length of [7, 8]) {
      Deno.writeFileSync(`${values}/${name}.f64`, new Uint8Array(length));
      assertThrows(
        () => readObservations(folder.path, name),
        RangeError,
        "damaged",
      );
    }
    const link = "1".repeat(32);
    Deno.symlinkSync("/etc/hostname", `${values}/${link}.f64`);
    assertThrows(() => readObservations(folder.path, link), RangeError);
  },
);
