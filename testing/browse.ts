/**
 * Opens a page in Chromium, uses it, and prints what came of it as JSON. A
 * process of its own, as the driver of the browser needs every right.
 *
 * @module
 */

// deno-lint-ignore no-import-prefix -- deno.lock knows no package of tests
import { chromium, type Page } from "npm:playwright-core@1.65.1";

/** What came of opening a page. */
export interface Browsed {
  readonly title: string;
  readonly requests: readonly string[];
  readonly complaints: readonly string[];
  readonly before: readonly string[];
  readonly sorted: readonly string[];
  readonly sortedBack: readonly string[];
  readonly tooltip: string;
  readonly links: readonly string[];
  readonly papers: readonly string[];
  readonly nFigures: number;
}

async function browse(path: string, column: number): Promise<Browsed> {
  await using stack = new AsyncDisposableStack();
  const browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
  });
  stack.defer(() => browser.close());
  const page = await browser.newPage();
  const requests: string[] = [], complaints: string[] = [];
  page.on("request", (request) => requests.push(request.url()));
  page.on("console", (message) => complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("dialog", (dialog) => {
    complaints.push(dialog.message());
    dialog.dismiss();
  });
  const url = `file://${path}`;
  await page.goto(url);
  const cells = page.locator(`table >> nth=0 >> tbody td:nth-child(${column})`);
  const before = await cells.allTextContents();
  const heading = page.locator(`table >> nth=0 >> th:nth-child(${column})`);
  const sorted = await sortBy(page, () => heading.click(), "ascending");
  const sortedBack = await sortBy(
    page,
    () => heading.press("Enter"),
    "descending",
  );
  await page.locator("figure path[aria-label*='loss']").first().hover();
  const paperIn = async (colorScheme: "light" | "dark") => {
    await page.emulateMedia({ colorScheme });
    return await page.evaluate("getComputedStyle(document.body).background");
  };
  return {
    title: await page.title(),
    requests: requests.filter((request) => request !== url),
    complaints,
    before,
    sorted,
    sortedBack,
    tooltip: await page.locator("#tooltip").textContent() ?? "",
    links: await page.evaluate(
      "[...document.querySelectorAll('td a')].map(({ href }) => href)",
    ) as string[],
    papers: [await paperIn("light"), await paperIn("dark")] as string[],
    nFigures: await page.locator("figure svg").count(),
  };

  async function sortBy(
    page: Page,
    act: () => Promise<void>,
    direction: string,
  ): Promise<string[]> {
    // Sorting dispatches an event when it is done.
    await page.evaluate(
      "void (globalThis.done = new Promise((resolve) => " +
        'document.addEventListener("sort-end", () => resolve(), ' +
        "{ once: true })))",
    );
    await act();
    await page.evaluate("globalThis.done");
    await page.locator(`th[aria-sort=${direction}]`).waitFor();
    return await cells.allTextContents();
  }
}

if (import.meta.main) {
  const [path = "", column = "1"] = Deno.args;
  console.log(JSON.stringify(await browse(path, Number(column))));
}
