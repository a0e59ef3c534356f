import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  findBarriers,
  launchBrowser,
  serveDashboard,
} from "../../testing/browser.ts";
import {
  ROOT,
  scriptCommand,
  tempRuns,
  testWithProgram,
} from "../../testing/helpers.ts";
import { makeRun } from "../../testing/runs.ts";

const EVIL = `<img src=x onerror="alert(1)">`;
const N_RUNS = 120;
const RATES = [0.1, 0.03, 0.01];

/** Runs of three rates; one has met NaN, one says what a browser might run. */
function makeRuns(folder: string): void {
  for (let i = 0; i < N_RUNS; i++) {
    const id = `20261122T${120000 + i}_${String(i).padStart(8, "0")}`;
    const path = makeRun(`${ROOT}/${folder}`, {
      id,
      config: {
        learningRate: RATES[i % RATES.length],
        model: i === 5 ? EVIL : "mlp",
        seed: Math.floor(i / RATES.length),
      },
      info: i === 5 ? { tags: [EVIL], note: EVIL } : {},
    });
    const lines = [1, 2, 3].map((step) => ({
      step,
      loss: i === 7 && step > 1 ? "NaN" : (i + 1) / step / 1000,
      [i === 5 ? EVIL : "accuracy"]: 0.5,
    }));
    const header = { schemaVersion: 1, runId: id };
    Deno.writeTextFileSync(
      `${path}/metrics.jsonl`,
      [header, ...lines].map((line) => `${JSON.stringify(line)}\n`).join(""),
    );
  }
}

testWithProgram("chromium", "the page of runs", async (t) => {
  using runs = tempRuns();
  makeRuns(runs.path);
  await using dashboard = await serveDashboard(["--runs", runs.path]);
  // Chromium itself notes the refused filter.
  await using browser = await launchBrowser(/status of 400/);
  const { address } = dashboard;
  const page = await browser.open(address);
  const grid = page.getByRole("region", { name: "Runs", exact: true });
  const rows = grid.locator("tbody:not([aria-hidden]) tr");
  const count = page.locator(".count");
  const where = page.getByLabel("Filter");
  /** The texts of a column in the rows that are made. */
  const column = async (heading: string) => {
    const headings = await grid.locator("thead th").allTextContents();
    const index = headings.findIndex((text) =>
      text.replace(/^[↑↓] /, "") === heading
    );
    return await rows.locator(`> :nth-child(${index + 1})`).allTextContents();
  };

  await t.step("shows a few rows of many, and every text as text", async () => {
    await rows.first().waitFor();
    assertEquals(await count.textContent(), `${N_RUNS} runs`);
    assert(await rows.count() < N_RUNS);
    assertEquals(
      await grid.locator("table").getAttribute("aria-rowcount"),
      `${N_RUNS + 1}`,
    );
    await where.fill(`tag='${EVIL}'`);
    await where.press("Enter");
    await page.getByText(`1 of ${N_RUNS} runs`).waitFor();
    assertEquals(await column("note"), [EVIL]);
    assertEquals(await column("tags"), [EVIL]);
    assertEquals(await column(EVIL), ["0.5000"]);
    assertEquals(await page.locator("img").count(), 0);
  });

  await t.step("reaches the last row by scrolling", async () => {
    await where.fill("");
    await where.press("Enter");
    await page.getByText(`${N_RUNS} runs`, { exact: true }).waitFor();
    await grid.evaluate((element) => element.scrollTo(0, 1e6));
    await grid.locator(`tr[aria-rowindex="${N_RUNS + 1}"]`).waitFor();
    await grid.evaluate((element) => element.scrollTo(0, 0));
    await grid.locator(`tr[aria-rowindex="2"]`).waitFor();
  });

  await t.step("filters, and says what is wrong with a filter", async () => {
    await where.fill("learningRate=0.01 seed=1 seed=2");
    await where.press("Enter");
    await page.getByText(`2 of ${N_RUNS} runs`).waitFor();
    assertEquals(await column("seed"), ["2", "1"]);
    assertEquals(
      new URL(page.url()).hash,
      "#/runs?where=learningRate%3D0.01&where=seed%3D1&where=seed%3D2",
    );
    await where.fill("lerningRate=0.01");
    await where.press("Enter");
    const error = page.locator("#where-error");
    await error.getByText("did you mean learningRate?").waitFor();
    assertEquals(await where.getAttribute("aria-invalid"), "true");
    await page.goBack();
    // The list beside it is that of before.
    await error.getByText("did you mean").waitFor({ state: "detached" });
    await where.fill("learningRate=7");
    await where.press("Enter");
    await page.getByRole("link", { name: "Show all" }).click();
    await page.getByText(`${N_RUNS} runs`, { exact: true }).waitFor();
  });

  await t.step("sorts by a measure, NaN last", async () => {
    const heading = grid.getByRole("columnheader", { name: "loss" });
    assertEquals(await heading.getAttribute("aria-sort"), "none");
    await heading.getByRole("button").press("Enter");
    await grid.locator("th[aria-sort=ascending]").waitFor();
    assertEquals((await column("loss"))[0], "0.0003333");
    await heading.getByRole("button").click();
    await grid.locator("th[aria-sort=descending]").waitFor();
    assertEquals((await column("loss"))[0], "0.04000");
    await grid.evaluate((element) => element.scrollTo(0, 1e6));
    await grid.locator(`tr[aria-rowindex="${N_RUNS + 1}"]`).waitFor();
    assertEquals((await column("loss")).at(-1), "NaN");
  });

  await t.step("groups replicates, and opens a group", async () => {
    await page.getByRole("button", { name: "Group replicates" }).click();
    const groups = page.getByRole("region", { name: "Groups of runs" });
    const first = groups.getByRole("button", { name: "learningRate=0.1, " });
    await first.first().waitFor();
    // One run has another model.
    assertEquals(await groups.locator("tr .group").count(), RATES.length + 1);
    await first.first().click();
    await groups.locator("tr .member").first().waitFor();
    assertEquals(await first.first().getAttribute("aria-expanded"), "true");
  });

  await t.step("leads on with the chosen runs, and restores them", async () => {
    await page.goto(`${address}#/runs?where=seed%3D3`);
    await page.getByText(`3 of ${N_RUNS} runs`).waitFor();
    const boxes = rows.getByRole("checkbox");
    await boxes.nth(0).check();
    await boxes.nth(0).press("ArrowDown");
    await boxes.nth(1).press("Space");
    await page.getByText("2 runs chosen").waitFor();
    const other = await browser.open(page.url());
    await other.getByText("2 runs chosen").waitFor();
    assertEquals(await other.locator("tr.chosen").count(), 2);
    await other.close();
    await page.getByRole("link", { name: "Compare", exact: true }).click();
    await page.getByRole("link", { name: "2 chosen" }).waitFor();
    assertMatch(
      new URL(page.url()).hash,
      /^#\/comparison\?where=seed%3D3&chosen=0000001\d&chosen=0000001\d$/,
    );
  });

  await t.step("follows a training without losing its place", async () => {
    await page.goto(`${address}#/runs?sort=run`);
    // Until then the rows are those of the filter before.
    await page.getByText(`${N_RUNS} runs`, { exact: true }).waitFor();
    await rows.first().waitFor();
    const first = await rows.first().locator("th").textContent();
    await grid.evaluate((element) => element.scrollTo(0, 900));
    // Until then the rows are those above.
    await rows.first().locator("th").filter({ hasNotText: first! }).waitFor();
    const box = rows.nth(20).getByRole("checkbox");
    await box.check();
    const training = scriptCommand("train", [
      "--experiment=examples/least_squares.ts",
      "--n-epochs=1000000",
      `--runs=${runs.path}`,
    ]).spawn();
    const outputs = [training.stdout, training.stderr].map((stream) =>
      new Response(stream).text()
    );
    await page.getByText(`${N_RUNS + 1} runs`, { exact: true }).waitFor();
    assertEquals(await grid.evaluate((element) => element.scrollTop), 900);
    assertEquals(await page.locator("tr.chosen").count(), 1);

    const other = await browser.open(
      `${address}#/runs?where=experiment%3Dleast-squares`,
    );
    const progress = other.locator("tbody td.number").first();
    await other.locator(".status.running").waitFor();
    const before = await progress.textContent();
    await progress.filter({ hasNotText: before! }).waitFor();
    training.kill("SIGINT");
    await other.locator(".status.interrupted").waitFor();
    await other.close();
    await training.status;
    await Promise.all(outputs);
  });

  await t.step(
    "keeps out nobody, in light and dark, wide and narrow",
    async () => {
      await page.goto(`${address}#/runs?grouped=true`);
      await page.locator("tbody th").first().waitFor();
      assertEquals(await findBarriers(page), []);
      const narrow = await browser.open(address, {
        width: 360,
        height: 640,
        colorScheme: "dark",
      });
      await narrow.locator("tbody th").first().waitFor();
      assertEquals(await findBarriers(narrow), []);
      const width = await narrow.evaluate("document.body.scrollWidth");
      assertEquals(width, 360);
    },
  );
});

testWithProgram(
  "chromium",
  "a page whose server is gone says so, and comes back",
  async () => {
    using runs = tempRuns();
    const flags = ["--runs", runs.path, "--no-token"];
    await using browser = await launchBrowser(/ERR_CONNECTION_REFUSED/);
    await using stack = new AsyncDisposableStack();
    const first = stack.use(await serveDashboard(flags));
    const page = await browser.open(first.address);
    await page.getByText("No runs yet").waitFor();
    await stack.disposeAsync();
    await page.getByText("The dashboard does not answer").waitFor();
    makeRun(`${ROOT}/${runs.path}`, { id: "20261122T120000_00000001" });
    const { host, port } = new URL(first.address);
    await using _second = await serveDashboard(
      [...flags, "--port", port],
      [`--allow-net=${host}`],
    );
    await page.getByText("1 run", { exact: true }).waitFor();
    await page.getByText("Live").waitFor();
    assertEquals(await page.locator(".banner").count(), 0);
  },
);
