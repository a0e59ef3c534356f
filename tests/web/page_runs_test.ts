import { assertEquals } from "@std/assert";
import {
  findBarriers,
  launchBrowser,
  serveDashboard,
} from "../../testing/browser.ts";
import { tempRuns, testWithProgram } from "../../testing/helpers.ts";
import { makeRun } from "../../testing/runs.ts";

testWithProgram(
  "chromium",
  "the page of runs renders",
  async () => {
    using runs = tempRuns();
    makeRun(runs.path, { id: "20261122T120000_00000001", config: { seed: 1 } });
    await using dashboard = await serveDashboard(["--runs", runs.path]);
    await using browser = await launchBrowser();
    const page = await browser.open(dashboard.address);
    await page.locator("tbody th a").first().waitFor();
    assertEquals(await findBarriers(page), []);
  },
);
