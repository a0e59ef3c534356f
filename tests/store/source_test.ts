import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import {
  collectSource,
  keepSource,
  layOutSource,
  readSource,
  SOURCES,
} from "../../core/store/source.ts";
import { relative } from "@std/path";
import { ROOT, skipUnlessGranted, tempFolder } from "../../testing/helpers.ts";

skipUnlessGranted("scripts");

const ENTRIES = ["core/run/lifecycle.ts", "examples/least_squares.ts"];
const urlOf = (path: string) => new URL(`../../${path}`, import.meta.url).href;

Deno.test(
  "collectSource() finds the project files that Deno itself finds",
  async () => {
    for (
      const entry of [
        ...ENTRIES,
        "core/diffusion/experiment.ts",
        "scripts/plot.ts",
      ]
    ) {
      const { stdout } = await new Deno.Command(Deno.execPath(), {
        args: ["info", "--json", `${ROOT}/${entry}`],
        cwd: ROOT,
        stderr: "null",
      }).output();
      const { modules } = JSON.parse(new TextDecoder().decode(stdout)) as {
        modules: { specifier: string; local?: string }[];
      };
      const expected = modules
        .filter(({ specifier }) => specifier.startsWith("file:"))
        .map(({ local }) => relative(Deno.realPathSync(ROOT), local!));
      const { files } = await collectSource([urlOf(entry)]);
      assertEquals([...files.keys()].sort(), expected.sort(), entry);
    }
  },
);

Deno.test(
  "keepSource() keeps each content once, and readSource() gives it back",
  async () => {
    using folder = tempFolder();
    const source = await collectSource(ENTRIES.map(urlOf));
    const info = await keepSource(folder.path, source);
    assertEquals(info.files, source.files.size);
    assertEquals(await readSource(folder.path, info), source);
    const kept = () => [...Deno.readDirSync(`${folder.path}/${SOURCES}/files`)];
    const before = kept().length;
    assertEquals(await keepSource(folder.path, source), info);
    // One file that is another: one content more, and another hash.
    const changed = new Map(source.files);
    changed.set("core/version.ts", new TextEncoder().encode("// new\n"));
    const other = await keepSource(folder.path, { ...source, files: changed });
    assertEquals(kept().length, before + 1);
    assert(other.sha256 !== info.sha256);
    assertEquals(await readSource(folder.path, info), source);
    // A package of another version is another source, too.
    const imports = new Map(source.imports);
    imports.set("leven", "npm:leven@3.0.0");
    const newer = await keepSource(folder.path, { ...source, imports });
    assert(newer.sha256 !== info.sha256);
    assert([...source.imports.values()].includes("npm:leven@4.1.0"));
  },
);

Deno.test(
  "keepSource() repairs a file of the store that does not match its hash",
  async () => {
    using folder = tempFolder();
    const source = await collectSource([urlOf("core/version.ts")]);
    const info = await keepSource(folder.path, source);
    const store = `${folder.path}/${SOURCES}`;
    const [name] = [...Deno.readDirSync(`${store}/files`)];
    for (const path of [`files/${name!.name}`, `${info.sha256}.json`]) {
      const { size } = Deno.statSync(`${store}/${path}`);
      for (const length of [0, size]) {
        Deno.writeFileSync(`${store}/${path}`, new Uint8Array(length));
        assertEquals(await keepSource(folder.path, source), info);
        assertEquals(await readSource(folder.path, info), source);
      }
    }
  },
);

Deno.test(
  "collectSource() keeps a file whose imports it cannot parse, and says so",
  async () => {
    using folder = tempFolder();
    const path = `${folder.path}/view.tsx`;
    Deno.writeTextFileSync(path, "export const view = <p>don't</p>;\n");
    const warnings: string[] = [];
    const source = await collectSource(
      [`file://${path}`],
      (warning) => warnings.push(warning),
    );
    assertEquals(source.files.size, 1);
    assertEquals(warnings.length, 1);
    assertStringIncludes(warnings[0]!, "view.tsx imports is not kept");
    await layOutSource(source, `${folder.path}/out`);
  },
);

Deno.test(
  "readSource() refuses files that do not match their hash, and paths that lead elsewhere",
  async () => {
    using folder = tempFolder();
    const path = "core/version.ts";
    const source = await collectSource([urlOf(path)]);
    const info = await keepSource(folder.path, source);
    const store = `${folder.path}/${SOURCES}`;
    const [name] = [...Deno.readDirSync(`${store}/files`)];
    const file = `${store}/files/${name!.name}`;
    const content = Deno.readFileSync(file);
    Deno.writeFileSync(file, content.subarray(1));
    await assertRejects(
      () => readSource(folder.path, info),
      RangeError,
      "its content does not match its hash",
    );
    Deno.writeFileSync(file, content);
    const hostile = [
      ...["../escape.ts", "/etc/passwd", "a/../../b.ts", ".", "a//b", "a\\b"],
      "./a.ts",
    ];
    for (const path of hostile) {
      const files = new Map([[path, content]]);
      const info = await keepSource(folder.path, { ...source, files });
      await assertRejects(
        () => readSource(folder.path, info),
        RangeError,
        "each path must stay within the source",
      );
    }
    for (const sha256 of ["../../etc/passwd", "", "a".repeat(64)]) {
      await assertRejects(() => readSource(folder.path, { ...info, sha256 }));
    }
  },
);

Deno.test(
  "keepSource() and readSource() follow no link out of the runs",
  async () => {
    const source = await collectSource([urlOf("core/version.ts")]);
    for (const name of [SOURCES, `${SOURCES}/files`]) {
      for (const target of ["elsewhere", "nowhere"]) {
        using folder = tempFolder();
        const runs = `${folder.path}/runs`;
        const info = await keepSource(runs, source);
        Deno.renameSync(`${runs}/${name}`, `${folder.path}/elsewhere`);
        Deno.symlinkSync(`${folder.path}/${target}`, `${runs}/${name}`);
        const before = readTree(folder.path);
        // Another file, which is to be written.
        const files = new Map([["a.ts", new Uint8Array(1)]]);
        for (
          const attempt of [
            () => keepSource(runs, { ...source, files }),
            () => readSource(runs, info),
          ]
        ) await assertRejects(attempt, RangeError, "a link that leads out");
        assertEquals(readTree(folder.path), before);
      }
    }
  },
);

Deno.test(
  "keepSource() replaces what is not a file, and readSource() does not wait for it",
  async () => {
    const makers: readonly ((path: string) => void)[] = [
      (path) => {
        new Deno.Command("mkfifo", { args: [path] }).outputSync();
      },
      (path) => Deno.symlinkSync("/dev/zero", path),
      (path) => {
        // A copy elsewhere is the right content until somebody changes it.
        Deno.symlinkSync(`${path.replace(/\/runs\/.*/, "")}/copy`, path);
      },
    ];
    for (const make of makers) {
      using folder = tempFolder();
      const runs = `${folder.path}/runs`;
      const source = await collectSource([urlOf("core/version.ts")]);
      const info = await keepSource(runs, source);
      const [file] = Deno.readDirSync(`${runs}/${SOURCES}/files`);
      const path = `${runs}/${SOURCES}/files/${file!.name}`;
      Deno.renameSync(path, `${folder.path}/copy`);
      make(path);
      await assertRejects(() => readSource(runs, info), RangeError);
      assertEquals(await keepSource(runs, source), info);
      assert(Deno.lstatSync(path).isFile);
      assertEquals(await readSource(runs, info), source);
    }
  },
);

/** The paths of all files in a folder. */
function readTree(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) => {
    const path = `${folder}/${name}`;
    return isDirectory ? [path, ...readTree(path)] : [path];
  });
}

Deno.test(
  "layOutSource() makes files that run in place, whatever deno.json says",
  async () => {
    using folder = tempFolder();
    const source = await collectSource(ENTRIES.map(urlOf));
    await layOutSource(source, folder.path);
    Deno.writeTextFileSync(
      `${folder.path}/main.ts`,
      `import example from "./examples/least_squares.ts";
       import { trainRun } from "./core/run/lifecycle.ts";
       import { readRecords } from "./core/store/records.ts";
       const config = example.configSchema.defaults;
       const { runPath, error } = await trainRun(example, { config });
       console.log(error ?? readRecords(runPath).size > 1);`,
    );
    // Without an import map, and without any file of the project.
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "--no-config", "--unstable-raw-imports", "--no-lock"],
        ...["--allow-read=.", "--allow-write=.", "main.ts"],
      ],
      cwd: folder.path,
    }).output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    assertStringIncludes(text(stdout), "true", text(stderr));
  },
);
