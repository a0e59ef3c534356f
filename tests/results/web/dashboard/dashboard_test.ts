import { assert, assertEquals, assertMatch } from "@std/assert";
import { compare } from "../../../../results/compare/compare.ts";
import {
  type Dashboard,
  startDashboard,
} from "../../../../results/web/dashboard/dashboard.ts";
import type {
  ComparisonPage,
  CurveSet,
  DiffPage,
  RunList,
  RunPage,
  SweepPage,
} from "../../../../results/web/dashboard/protocol.ts";
import { lock } from "../../../../core/store/lock.ts";
import { skipUnlessGranted, tempFolder } from "../../../../testing/helpers.ts";
import { makeRun } from "../../../../testing/runs.ts";

skipUnlessGranted("files");

const TOKEN = "0123456789abcdef0123456789abcdef";
const EVIL = "<img src=x onerror=alert(1)>";

/** Serves the runs of a folder; comparisons take `metric` alone. */
function serve(runs: string, token = TOKEN): Dashboard {
  return startDashboard({
    ...{ runs: [runs], port: 0, token },
    compare: async (database, flags) => ({
      comparison: await compare(database, { metric: flags.getAll("metric") }),
      command: "deno task compare",
    }),
  });
}

async function ask<T>(
  { address }: Dashboard,
  path: string,
): Promise<T> {
  const response = await fetch(address + path);
  const text = await response.text();
  assertEquals(response.status, 200, text);
  return JSON.parse(text);
}

/** Writes a history of losses, one for each step. */
function log(path: string, losses: readonly (number | string)[]): void {
  const lines = losses.map((loss, i) => ({ step: i + 1, loss }));
  Deno.writeTextFileSync(
    `${path}/metrics.jsonl`,
    [{ schemaVersion: 1, runId: "" }, ...lines]
      .map((line) => `${JSON.stringify(line)}\n`).join(""),
  );
}

/** Two settings with two seeds each, and a run that failed. */
function makeRuns(folder: string): string[] {
  const paths = [0.1, 0.2].flatMap((learningRate, i) =>
    [1, 2].map((seed) => {
      const id = `20261122T12000${i}_0000000${seed}`;
      const path = makeRun(folder, {
        ...{ id, config: { learningRate, seed } },
        records: [[{ name: "loss/test" }, {
          ...{ mean: learningRate + seed / 10, error: 0.01, n: 9 },
        }]],
      });
      log(path, [1, 0.5, learningRate * seed]);
      return path;
    })
  );
  const failed = makeRun(folder, {
    id: "20261122T120003_00000009",
    config: { learningRate: 0.1, seed: 3 },
    info: {
      ...{ status: "failed", tags: [EVIL], note: EVIL },
      error: { name: "Error", message: EVIL },
    },
  });
  log(failed, [1, "NaN"]);
  return [...paths, failed];
}

Deno.test("the dashboard answers what its page asks of runs", async (t) => {
  using folder = tempFolder();
  const paths = makeRuns(folder.path);
  const [first, second] = paths.map((path) => path.split("/").at(-1));
  await using dashboard = serve(folder.path);

  await t.step("their list", async () => {
    const list = await ask<RunList>(dashboard, "api/runs");
    assertEquals(list.keys, ["learningRate", "seed"]);
    assertEquals(list.nuisance, ["seed"]);
    assertEquals(list.groups, ["learningRate=0.1", "learningRate=0.2"]);
    assertEquals(list.measures, ["loss"]);
    assertEquals(list.nAll, 5);
    const [failed, ...others] = list.runs;
    assertEquals(
      [failed?.status, failed?.values, failed?.note, failed?.nanAt],
      ["failed", [0.1, 3], EVIL, 2],
    );
    assertEquals(others.map(({ group }) => group), [1, 1, 0, 0]);
    assertEquals(others[0]?.latest, { loss: 0.4 });
    const some = await ask<RunList>(
      dashboard,
      "api/runs?where=learningRate=0.2&where=seed=1",
    );
    assertEquals(some.runs.map(({ values }) => values), [[]]);
    assertEquals(some.nAll, 5);
  });

  await t.step("curves and bands", async () => {
    const set = await ask<CurveSet>(
      dashboard,
      "api/curves?measure=loss&by=group",
    );
    assertEquals(set.curves.length, 5);
    assertEquals(set.curves.at(-1), {
      ...{ id: "20261122T120003_00000009", group: 0, end: "failed" },
      ...{ x: [1, 2], y: [1, null], gaps: [2] },
    });
    const [band] = set.bands;
    assertEquals(band?.x, [1, 2, 3]);
    assertEquals(band?.mean.map((mean) => mean?.toFixed(3)), [
      "1.000",
      undefined, // One of them is not a number.
      "0.150",
    ]);
    // A band is of the replicates, whichever curves the page hides.
    const part = await ask<CurveSet>(
      dashboard,
      "api/curves?measure=loss&by=group&from=2&to=3&points=10",
    );
    assertEquals(part.curves[0]?.y.at(-1), 0.1);
  });

  await t.step("the comparison", async () => {
    const page = await ask<ComparisonPage>(
      dashboard,
      "api/comparison?metric=loss/*",
    );
    assertMatch(page.html, /0.250 ± 0.050/);
    assertMatch(page.formats.markdown, /\| +0.250 ± 0.050/);
    assertMatch(page.formats.latex, /\\toprule/);
    assertMatch(page.formats.csv, /^runs,total,learningRate/);
    assertEquals(page.figures.map(({ title }) => title), ["loss/test"]);
    assertMatch(page.figures[0]!.svg, /^<svg/);
  });

  await t.step("a run, its source, and its difference to another", async () => {
    const page = await ask<RunPage>(
      dashboard,
      "api/run?id=20261122T120003_00000009",
    );
    assertEquals(page.config, { learningRate: 0.1, seed: 3 });
    assertEquals([page.figures, page.source, page.log], [[], [], ""]);
    const [{ title, lines }] = page.sections as [RunPage["sections"][0]];
    assertEquals(title, "Run");
    assertEquals(lines.find(([name]) => name === "status")?.[1], "failed");
    assertEquals(page.commands.map(({ title }) => title), ["Show"]);
    const other = await ask<RunPage>(dashboard, `api/run?id=${first}`);
    assertEquals(other.records, [
      { name: "loss/test", text: "0.200 ± 0.010", n: 9 },
    ]);
    assertEquals(other.commands.map(({ title }) => title), [
      "Evaluate",
      "Reproduce",
      "Show",
    ]);
    const diff = await ask<DiffPage>(
      dashboard,
      `api/diff?id=${first}&other=${second}`,
    );
    assertEquals(diff.sections[0], {
      title: "Configuration",
      lines: [{ name: "seed", first: "1", second: "2" }],
    });
  });

  await t.step("the end of its log, and no file through a link", async () => {
    const path = `${paths[0]}/log.txt`;
    Deno.writeTextFileSync(path, `${"x".repeat(30_000)}\nthe end\n`);
    const { log } = await ask<RunPage>(dashboard, `api/run?id=${first}`);
    assertEquals(log.length, 20_000);
    assert(log.endsWith("the end\n"));
    Deno.removeSync(path);
    Deno.symlinkSync("/etc/passwd", path);
    const linked = await ask<RunPage>(dashboard, `api/run?id=${first}`);
    assertEquals(linked.log, "");
  });

  await t.step("samples, and the reverse process", async () => {
    Deno.mkdirSync(`${paths[0]}/samples`);
    const rows = [[0, 1], [1, 0], [0.5, 0.5]];
    Deno.writeTextFileSync(
      `${paths[0]}/samples/a.json`,
      JSON.stringify({
        ...{ schemaVersion: 1, columns: ["x", "y"], sampler: "ddim" },
        ...{ nSteps: 2, samples: rows, data: rows },
        frames: [{ noise: 1, rows }, { noise: 0, rows }],
      }),
    );
    const { figures, problems } = await ask<RunPage>(
      dashboard,
      `api/run?id=${first}`,
    );
    assertEquals(problems, []);
    assertEquals(figures, ["samples", "reverse"]);
    for (const kind of figures) {
      const response = await fetch(
        `${dashboard.address}api/figure?id=${first}&kind=${kind}`,
      );
      assertEquals(
        response.headers.get("content-type"),
        "image/svg+xml; charset=utf-8",
      );
      assertMatch(await response.text(), /^<svg/);
    }
  });
});

Deno.test("the dashboard says what is wrong with a request", async () => {
  using folder = tempFolder();
  makeRuns(folder.path);
  await using dashboard = serve(folder.path);
  const cases: [path: string, status: number, message: RegExp][] = [
    ["api/runs?where=learnigRate=1", 400, /did you mean learningRate/],
    ["api/runs?since=yesterday", 400, /since/],
    ["api/curves?by=run", 400, /Choose a measure/],
    ["api/curves?measure=loss&from=a", 400, /must be a number/],
    ["api/curves?measure=loss&from=2&to=1", 400, /must be below/],
    ["api/comparison?metric=los", 400, /metric/],
    ["api/run?id=../../etc", 404, /There is no run/],
    ["api/run", 404, /There is no run/],
    ["api/figure?id=20261122T120003_00000009&kind=x", 400, /Unknown figure/],
    ["api/figure?id=20261122T120003_00000009&kind=samples", 400, /has none/],
    ["api/source?id=20261122T120003_00000009&file=a", 400, /Unknown file/],
    ["api/sweep?name=none", 400, /There is no sweep none/],
    ["nothing", 404, /nothing at this address/],
    ["..%2f..%2fdeno.json", 404, /nothing at this address/],
  ];
  for (const [path, status, message] of cases) {
    const response = await fetch(dashboard.address + path);
    const { error } = await response.json();
    assertEquals([path, response.status], [path, status]);
    assertMatch(error, message);
  }
});

/** Sends a request as no browser would; returns the status. */
async function sendRaw(address: string, request: string): Promise<number> {
  const { hostname, port } = new URL(address);
  using connection = await Deno.connect({ hostname, port: Number(port) });
  await connection.write(new TextEncoder().encode(request));
  const bytes = new Uint8Array(1000);
  const n = await connection.read(bytes) ?? 0;
  const text = new TextDecoder().decode(bytes.subarray(0, n));
  return Number(/^HTTP\/1.1 (\d+)/.exec(text)?.[1]);
}

Deno.test("the dashboard answers its own page alone", async () => {
  using folder = tempFolder();
  await using dashboard = serve(folder.path);
  const { address } = dashboard;
  const { host, origin } = new URL(address);
  const send = (head: string, path = `/${TOKEN}/api/runs`) =>
    sendRaw(
      address,
      `${head.replace("PATH", path)}\r\nConnection: close\r\n\r\n`,
    );
  assertEquals(await send(`GET PATH HTTP/1.1\r\nHost: ${host}`), 200);
  const own = `GET PATH HTTP/1.1\r\nHost: ${host}\r\n`;
  assertEquals(await send(`${own}Origin: ${origin}`), 200);
  assertEquals(await send("GET PATH HTTP/1.1\r\nHost: evil.example"), 403);
  assertEquals(await send(`${own}Origin: http://evil.example`), 403);
  assertEquals(await send(`${own}Sec-Fetch-Site: cross-site`), 403);
  assertEquals(await send(own.trimEnd(), "/api/runs"), 403);
  assertEquals(
    await send(own.trimEnd(), `/${TOKEN.replace("0", "1")}/api/runs`),
    403,
  );
  assertEquals(await send(own.trimEnd(), `/${TOKEN}`), 404);
  assertEquals(await send(`POST PATH HTTP/1.1\r\nHost: ${host}`), 405);
  await using open = serve(folder.path, "");
  assertEquals(await ask(open, "api/sweeps"), []);
});

Deno.test("the dashboard serves its page from memory, under a strict policy", async () => {
  using folder = tempFolder();
  await using dashboard = serve(folder.path);
  const page = await fetch(dashboard.address);
  const html = await page.text();
  const policy = page.headers.get("content-security-policy") ?? "";
  assertMatch(policy, /default-src 'none'/);
  assert(!policy.includes("unsafe"));
  const modules = [...html.matchAll(/(?:src|href)="([^"]+)"/g)]
    .map(([, path]) => path!).filter((path) => !path.startsWith("data:"));
  assert(modules.length > 0);
  for (const path of modules) {
    const response = await fetch(new URL(path, dashboard.address));
    assertEquals([path, response.status], [path, 200]);
    await response.body?.cancel();
    const again = await fetch(new URL(path, dashboard.address), {
      headers: { "if-none-match": response.headers.get("etag") ?? "" },
    });
    assertEquals(again.status, 304);
  }
  const head = await fetch(dashboard.address, { method: "HEAD" });
  assertEquals([head.status, await head.text()], [200, ""]);
});

/** Reads events until one of them is what is waited for. */
async function waitFor(
  response: Response,
  // deno-lint-ignore no-explicit-any -- whatever the server sends
  isWanted: (event: any) => boolean,
): Promise<void> {
  let text = "";
  for await (
    const part of response.body!.pipeThrough(
      new TextDecoderStream() as unknown as ReadableWritablePair<
        string,
        Uint8Array<ArrayBuffer>
      >,
    )
  ) {
    text += part;
    const parts = text.split("\n\n");
    text = parts.pop()!;
    for (const data of parts) {
      if (!data.startsWith("data: ")) continue;
      if (isWanted(JSON.parse(data.slice("data: ".length)))) return;
    }
  }
  throw new Error("The stream has ended.");
}

Deno.test("the dashboard tells of new lines, runs and ends while they happen", async () => {
  using folder = tempFolder();
  makeRuns(folder.path);
  const path = makeRun(folder.path, {
    id: "20261122T120004_0000000a",
    config: { learningRate: 0.3, seed: 1 },
    info: { status: "running", startedAt: new Date().toISOString() },
  });
  log(path, [1, 0.5]);
  const file = Deno.openSync(`${path}/metrics.jsonl`, { append: true });
  lock(file);
  await using dashboard = serve(folder.path);
  const list = await ask<RunList>(dashboard, "api/runs");
  assertEquals(list.runs[0]?.status, "running");
  const query = "measure=loss&by=group&x=step";
  const curves = await fetch(
    `${dashboard.address}api/curves/events?${query}`,
  );
  await ask<CurveSet>(dashboard, `api/curves?${query}`);
  const events = await fetch(`${dashboard.address}api/events`);
  file.writeSync(new TextEncoder().encode('{"step":3,"loss":0.25}\n'));
  await waitFor(
    curves,
    ({ type, id, x, y }) =>
      type === "points" && id === "20261122T120004_0000000a" &&
      x.at(-1) === 3 && y.at(-1) === 0.25,
  );
  file.writeSync(new TextEncoder().encode('{"step":4,"loss":"NaN"}\n'));
  await waitFor(
    events,
    ({ type, notice }) => type === "notice" && notice.kind === "not-a-number",
  );
  const more = await fetch(`${dashboard.address}api/events`);
  file.close();
  await waitFor(
    more,
    ({ type, runs }) => type === "runs" && runs[0].status === "died",
  );
  const last = await fetch(`${dashboard.address}api/events`);
  makeRun(folder.path, { id: "20261122T120005_0000000b" });
  await waitFor(last, ({ type }) => type === "list");
});

Deno.test("the dashboard shows a sweep from the files of its runs", async () => {
  using folder = tempFolder();
  const rows = [{ learningRate: 0.1 }, { learningRate: 0.2 }];
  for (
    const [name, createdAt] of [["old", "2026-01-01"], ["new", "2026-02-01"]]
  ) {
    Deno.mkdirSync(`${folder.path}/.sweeps/${name}/claims`, {
      recursive: true,
    });
    Deno.writeTextFileSync(
      `${folder.path}/.sweeps/${name}/sweep.json`,
      JSON.stringify({
        ...{ schemaVersion: 1, name, createdAt, specification: {} },
        ...{ experiment: "test", experimentFile: null, entry: "" },
        source: { sha256: "", files: 0, lock: null },
        ...{ files: {}, settings: {}, rows, seeds: [1, 2] },
        ...{ evaluations: [], plan: { type: "list" } },
      }),
    );
  }
  const sweep = { name: "new", identity: "" };
  makeRun(folder.path, {
    id: "20261122T120000_00000001",
    config: { learningRate: 0.1, seed: 1 },
    info: { sweep },
    records: [[{ name: "loss/test" }, { mean: 0.5, error: 0.1, n: 3 }]],
  });
  makeRun(folder.path, {
    id: "20261122T120001_00000002",
    config: { learningRate: 0.2, seed: 1 },
    info: {
      ...{ sweep, status: "failed" },
      error: { name: "Error", message: "too large" },
    },
  });
  await using dashboard = serve(folder.path);
  assertEquals(await ask(dashboard, "api/sweeps"), ["new", "old"]);
  const page = await ask<SweepPage>(dashboard, "api/sweep?name=new");
  assertEquals(page.counts, {
    ...{ total: 4, completed: 1, running: 0, failed: 1, waiting: 2 },
  });
  assertEquals(page.keys, ["learningRate"]);
  assertEquals(page.metrics, [{ name: "loss/test", better: "lower" }]);
  assertEquals(page.runs.map(({ scores }) => scores), [[0.5], [null]]);
  assertEquals(page.failures, ["20261122T120001_00000002: too large"]);
  assertEquals(page.commands.map(({ title }) => title), [
    "Status",
    "Resume",
    "Cancel",
  ]);
});
