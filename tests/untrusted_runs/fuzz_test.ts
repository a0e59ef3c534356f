import { assert, assertMatch } from "@std/assert";
import fc from "../../testing/properties.ts";
import { skipUnlessGranted, tempFolder } from "../../testing/helpers.ts";
import { makeRun } from "../../testing/runs.ts";
import { assertHarmless, copyFolder, mlpFixture, readAll } from "./_readers.ts";

skipUnlessGranted("files");

const GOOD = "good";
const BAD = "20261122T175203_3f9a1c2e";

/** The files of a run that every reader reads. */
const FILES = [
  "run.json",
  "config.json",
  "results/train.json",
  "results/eval_loss+held-out.json",
  "metrics.jsonl",
];

/** Makes a good run and one to be damaged, which came from real training. */
function makeRuns(runs: string): string {
  const start = new Date().toISOString();
  const path = makeRun(runs, {
    id: GOOD,
    config: { seed: 1, nEpochs: 3 },
    info: { experiment: "diffusion", startedAt: start },
    records: [
      [{ name: "loss/held-out" }, { mean: 1, error: 0.1, n: 9 }],
      [{ name: "loss/train" }, { mean: 2, error: 0.1, n: 9 }],
    ],
  });
  Deno.writeTextFileSync(
    `${path}/metrics.jsonl`,
    '{"schemaVersion":1,"runId":"good"}\n{"step":1,"loss":2}\n',
  );
  copyFolder(mlpFixture(), `${runs}/${BAD}`);
  return `${runs}/${BAD}`;
}

/** Texts that mean harm somewhere. */
const text = fc.constantFrom(
  "\x1b[2J\x1b]0;title\x07",
  "\x9b31m",
  "a\nproblem: good: gone",
  "\u202eevil",
  "<script>alert(1)</script><img src=x onerror=alert(1)>",
  "|*`$_\\{}%&",
  "../../../etc/passwd",
  "__proto__",
  "constructor",
  "\ud800",
  "",
  "x".repeat(100_000),
  "\0",
  "NaN",
);

/** Values where others are expected. */
const value: fc.Arbitrary<unknown> = fc.oneof(
  text,
  fc.constantFrom<unknown>(
    null,
    true,
    0,
    -0,
    -1,
    1e308,
    -1e308,
    5e-324,
    2 ** 53,
    0.5,
    [],
    {},
    [[[[[[]]]]]],
    { toString: 1, valueOf: 2 },
    { length: -1, message: { toString: null } },
    Array(1000).fill(0),
  ),
  fc.jsonValue(),
);

const key = fc.oneof(
  text,
  fc.constantFrom(
    "__proto__",
    "constructor",
    "toString",
    "valueOf",
    "1",
    "seed",
  ),
);

/** Puts a value, or a field, somewhere into a parsed file. */
function planted(json: unknown, plan: Plan): unknown {
  const places: [Record<string, unknown>, string][] = [];
  const walk = (node: unknown) => {
    if (typeof node !== "object" || node === null) return;
    for (const key of Object.keys(node)) {
      places.push([node as Record<string, unknown>, key]);
      walk((node as Record<string, unknown>)[key]);
    }
  };
  const copy = structuredClone(json);
  walk(copy);
  const [object, name] = places[plan.place % places.length]!;
  if (plan.kind === "replace") object[name] = plan.value;
  else if (plan.kind === "remove") delete object[name];
  else {
    Object.defineProperty(object, plan.key, {
      value: plan.value,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return copy;
}

interface Plan {
  readonly kind: "replace" | "remove" | "add";
  readonly place: number;
  readonly key: string;
  readonly value: unknown;
}

const plan: fc.Arbitrary<Plan> = fc.record({
  kind: fc.constantFrom("replace", "remove", "add"),
  place: fc.nat(),
  key,
  value,
});

Deno.test(
  "a run whose files hold anything hides no other, steers no terminal, makes no element",
  async () => {
    using folder = tempFolder();
    const bad = makeRuns(folder.path);
    const original = new Map(
      FILES.map((file) => [file, Deno.readTextFileSync(`${bad}/${file}`)]),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...FILES),
        fc.array(plan, { minLength: 1, maxLength: 3 }),
        async (file, plans) => {
          const lines = original.get(file)!;
          const isHistory = file.endsWith(".jsonl");
          const json: unknown = isHistory
            ? lines.trimEnd().split("\n").map((line) => JSON.parse(line))
            : JSON.parse(lines);
          const damaged = plans.reduce<unknown>(planted, json);
          Deno.writeTextFileSync(
            `${bad}/${file}`,
            isHistory
              ? Object.values(damaged as object)
                .map((line) => `${JSON.stringify(line)}\n`).join("")
              : JSON.stringify(damaged),
          );
          try {
            await readAll(folder.path, [GOOD]);
          } finally {
            Deno.writeTextFileSync(`${bad}/${file}`, lines);
          }
        },
      ),
      { numRuns: 150 },
    );
  },
);

Deno.test(
  "a run whose files have any bytes changed, lost or added hides no other",
  async () => {
    using folder = tempFolder();
    const bad = makeRuns(folder.path);
    const original = new Map(
      FILES.map((file) => [file, Deno.readFileSync(`${bad}/${file}`)]),
    );
    const edit = fc.record({
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      lost: fc.constantFrom(0, 1, 5, Infinity),
      added: fc.oneof(
        fc.uint8Array({ maxLength: 5 }),
        fc.constantFrom("1e999", "[".repeat(1e5), '{"a":'.repeat(1e5), "\n")
          .map((text) => new TextEncoder().encode(text)),
      ),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...FILES),
        edit,
        async (file, { at, lost, added }) => {
          const bytes = original.get(file)!;
          const start = Math.floor(at * bytes.length);
          const damaged = [
            ...bytes.subarray(0, start),
            ...added,
            ...bytes.subarray(Math.min(start + lost, bytes.length)),
          ];
          Deno.writeFileSync(`${bad}/${file}`, Uint8Array.from(damaged));
          try {
            await readAll(folder.path, [GOOD]);
          } finally {
            Deno.writeFileSync(`${bad}/${file}`, bytes);
          }
        },
      ),
      { numRuns: 150 },
    );
  },
);

Deno.test(
  "a problem names the file of the damaged run and the reason",
  async () => {
    const damages: [file: string, content: string, reason: RegExp][] = [
      ["run.json", "[".repeat(1e6), /nested at most 100 deep/],
      ["config.json", `{"a":${"[".repeat(200)}`, /nested at most 100 deep/],
      ["config.json", '{"schemaVersion":1,"__proto__":1}', /every object has/],
      ["config.json", '{"schemaVersion":1,"toString":1}', /every object has/],
      [
        "config.json",
        `{"schemaVersion":1${
          Array.from({ length: 1001 }, (_, i) => `,"k${i}":1`).join("")
        }}`,
        /at most 1000 keys; current count is 1001/,
      ],
      ["metrics.jsonl", "\0".repeat(2 ** 20 + 1), /jsonl:1: .* at most 1 MiB/],
      ["results/train.json", " ".repeat(9e6), /at most 8 MiB; /],
    ];
    for (const [file, content, reason] of damages) {
      using folder = tempFolder();
      const bad = makeRuns(folder.path);
      Deno.writeTextFileSync(`${bad}/${file}`, content);
      const [problem] = await readAll(folder.path, [GOOD]);
      assert(problem, file);
      assertMatch(problem.file, new RegExp(`${BAD}/${file}$`));
      assertMatch(problem.reason, reason);
      assertHarmless(problem.reason);
    }
  },
);
