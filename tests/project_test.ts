import { assert, assertEquals } from "@std/assert";
import { makeRun } from "../testing/runs.ts";
import { VERSION } from "../core/version.ts";
import {
  readConfig,
  ROOT,
  runScript,
  skipUnlessGranted,
  tempRuns,
} from "../testing/helpers.ts";

skipUnlessGranted("scripts");

function sourceFiles(folder: string): string[] {
  return [...Deno.readDirSync(`${ROOT}/${folder}`)].flatMap(
    ({ name, isDirectory }) => {
      const path = `${folder}/${name}`;
      return isDirectory
        ? sourceFiles(path)
        : path.endsWith(".ts")
        ? [path]
        : [];
    },
  );
}

/** What a file imports, by name or path. */
function importsOf(path: string): string[] {
  const text = Deno.readTextFileSync(`${ROOT}/${path}`);
  const code = text.replaceAll(/^\s*\*.*$/gm, ""); // Examples in comments.
  return Array.from(
    code.matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g),
    ([, specifier]) => specifier!,
  );
}

Deno.test("deno.json and VERSION bear the same version", () => {
  assertEquals(readConfig("deno.json").version, VERSION);
});

Deno.test(
  "deno.jsr.json differs from deno.json in the @std packages alone",
  () => {
    const here = readConfig("deno.json").imports;
    const there = readConfig("deno.jsr.json").imports;
    assertEquals(Object.keys(there), Object.keys(here));
    for (const [name, target] of Object.entries(there)) {
      if (name.startsWith("@std/")) {
        assert(
          String(target).startsWith("jsr:@std/"),
        );
      } else assertEquals(target, here[name]);
    }
  },
);

interface Lock {
  readonly specifiers: Readonly<Record<string, string>>;
  readonly npm: Readonly<Record<string, { readonly integrity: string }>>;
}

const readLock = (path: string): Lock =>
  JSON.parse(Deno.readTextFileSync(`${ROOT}/${path}`));

Deno.test(
  "deno.lock, all of which a first train downloads, has no package of tests",
  () => {
    const { imports } = readConfig("deno.json");
    const code = ["core", "results", "scripts", "shims"].flatMap(sourceFiles)
      .flatMap(importsOf);
    const used = Object.entries<string>(imports)
      .filter(([name]) =>
        code.some((specifier) =>
          name.endsWith("/") ? specifier.startsWith(name) : specifier === name
        )
      )
      .map(([, target]) => target);
    for (const specifier of Object.keys(readLock("deno.lock").specifiers)) {
      const path = specifier.replace("npm:", "npm:/");
      assert(
        used.some((target) =>
          target.startsWith(specifier) || target.startsWith(path)
        ),
        specifier,
      );
    }
  },
);

Deno.test("tests/deno.lock is deno.lock with the packages of tests", () => {
  const { specifiers, npm } = readLock("deno.lock");
  const all = readLock("tests/deno.lock");
  const own = ["fast-check", "pure-rand", "playwright-core", "axe-core"];
  own.push("assemblyscript", "binaryen", "long@5");
  const isOwn = (name: string) => own.some((own) => name.includes(own));
  const others = <T>(packages: Readonly<Record<string, T>>) =>
    Object.fromEntries(
      Object.entries(packages).filter(([name]) => !isOwn(name)),
    );
  assertEquals(others(all.specifiers), specifiers);
  const integrity = (packages: Lock["npm"]) =>
    Object.entries(others(packages)).map(([name, of]) => [name, of.integrity]);
  assertEquals(integrity(all.npm), integrity(npm));
});

Deno.test("every task has a description", () => {
  const { tasks } = readConfig("deno.json");
  for (
    const name of [
      "train",
      "eval",
      "compare",
      "runs",
      "doctor",
      "rm",
      "test",
      "bench",
      "ok",
    ]
  ) {
    assert(tasks[name].description.length > 10, name);
  }
});

Deno.test("core/utils imports no package, only what Deno has", () => {
  for (const path of sourceFiles("core/utils")) {
    if (path.endsWith("_bench.ts")) continue;
    for (const specifier of importsOf(path)) {
      assert(/^(\.\/|node:)/.test(specifier), `${path} imports ${specifier}`);
    }
  }
});

Deno.test(
  "data flow one way: core imports neither scripts/ nor results/, results/ no scripts/",
  () => {
    const imports = (folder: string, other: string) =>
      sourceFiles(folder).flatMap((path) =>
        importsOf(path).filter((name) => name.includes(`/${other}/`))
      );
    assertEquals(imports("core", "scripts"), []);
    assertEquals(imports("core", "results"), []);
    assertEquals(imports("results", "scripts"), []);
  },
);

Deno.test("only core/diffusion imports TensorFlow.js", () => {
  for (const folder of ["core", "scripts", "results"]) {
    for (const path of sourceFiles(folder)) {
      if (path.startsWith("core/diffusion/")) continue;
      const names = importsOf(path).join();
      assert(!names.includes("@tensorflow/"), path);
    }
  }
});

/** Grants of a process in which some imports cannot be resolved. */
function withoutImports(path: string, names: readonly string[]): string[] {
  const imports = Object.fromEntries(
    Object.entries(readConfig("deno.json").imports).map(([name, target]) => [
      name,
      names.includes(name)
        ? `file:///nowhere/${name}.ts`
        : String(target).replace(/^\.\//, `file://${Deno.realPathSync(ROOT)}/`),
    ]),
  );
  Deno.writeTextFileSync(path, JSON.stringify({ imports }));
  return [`--import-map=${path}`, "--no-lock"];
}

Deno.test(
  "results/ and every --help start without TensorFlow.js, and quick commands without node:path",
  async () => {
    const path = Deno.makeTempFileSync({ suffix: ".json" });
    try {
      // A script whose imports cannot be resolved fails as soon as one is loaded.
      const tensorflow = { grants: withoutImports(path, ["@tensorflow/tfjs"]) };
      const scripts = ["train", "eval", "plot", "report"];
      for (const script of [...scripts, "tables", "doctor", "rm"]) {
        const { code, stderr } = await runScript(
          script,
          ["--help"],
          tensorflow,
        );
        assertEquals([code, stderr], [0, ""], script);
      }
      using runs = tempRuns();
      for (let i = 0; i < 6; i++) {
        makeRun(runs.path, {
          id: `made${i}`,
          config: { seed: i % 3, rate: Math.floor(i / 3) },
          records: [[{ name: "loss" }, { mean: i ** 2, error: 0.1, n: 9 }]],
        });
      }
      const args = [`--runs=${runs.path}`];
      // Seen to fail where it is loaded.
      assert((await runScript("train", args, tensorflow)).code !== 0);
      const quick = {
        grants: withoutImports(path, ["@tensorflow/tfjs", "@std/path"]),
      };
      const baseline = [...args, "--baseline=rate=0", "--ci=95"];
      for (
        const [script, given] of [
          ["compare", ["--help"]],
          ["train", ["--help"]],
          ["compare", baseline],
          ["runs", args],
        ] as const
      ) {
        const { code, stderr } = await runScript(script, given, quick);
        assertEquals([code, stderr], [0, ""], script);
      }
      assert((await runScript("report", ["--help"], quick)).code !== 0);
    } finally {
      Deno.removeSync(path);
    }
  },
);
