import { assertEquals, assertThrows } from "@std/assert";
import { writeJsonFile } from "../../../core/store/json_file.ts";
import { readSamples } from "../../../results/figures/samples.ts";
import { makeSamples } from "../../../testing/figures.ts";
import { skipUnlessGranted, tempFolder } from "../../../testing/helpers.ts";

skipUnlessGranted("files");

Deno.test(
  "readSamples() reads the last setting, or the named one",
  () => {
    using folder = tempFolder();
    assertThrows(
      () => readSamples(folder.path),
      RangeError,
      "it has none. deno task eval draws them",
    );
    Deno.mkdirSync(`${folder.path}/samples`);
    const write = (name: string, time: number) => {
      const path = `${folder.path}/samples/${name}.json`;
      writeJsonFile(path, makeSamples(1, { setting: { name } }));
      Deno.utimeSync(path, time, time);
    };
    write("b", 100);
    write("a", 200);
    write(".hidden", 300);
    const found = readSamples(folder.path);
    assertEquals(found.samples.setting, { name: "a" });
    assertEquals(found.others, ["b"]);
    assertEquals(readSamples(folder.path, "b").samples.setting, { name: "b" });
    assertThrows(
      () => readSamples(folder.path, "c"),
      RangeError,
      "Unknown setting c: did you mean",
    );
  },
);

Deno.test("readSamples() says which field of a file is wrong", () => {
  using folder = tempFolder();
  Deno.mkdirSync(`${folder.path}/samples`);
  const attempt = (values: object, message: string) => {
    const fields = { ...makeSamples(1), ...values };
    writeJsonFile(`${folder.path}/samples/a.json`, fields);
    assertThrows(() => readSamples(folder.path), TypeError, message);
  };
  attempt({ samples: "many" }, "samples/a.json: samples: Invalid");
  attempt({ samples: [[1], ["one"]] }, ": samples.1.0: Invalid");
  attempt({ columns: [] }, ": columns: Invalid");
  attempt({ data: [[1], []] }, ": data.1: Invalid");
  attempt({ frames: [{ rows: [] }] }, ": frames.0.noise: Invalid");
  // What diverged is no error.
  writeJsonFile(`${folder.path}/samples/a.json`, {
    columns: ["x"],
    samples: [[1], ["NaN"]],
  });
  assertEquals(readSamples(folder.path).samples, {
    setting: {},
    columns: ["x"],
    samples: [[1], [NaN]],
    data: [],
    density: [],
    frames: [],
  });
});

Deno.test("readSamples() follows no link out of the run", () => {
  using folder = tempFolder();
  using elsewhere = tempFolder();
  writeJsonFile(`${elsewhere.path}/a.json`, makeSamples(1));
  Deno.symlinkSync(elsewhere.path, `${folder.path}/samples`);
  assertThrows(() => readSamples(folder.path), Error, "leads out");
});
