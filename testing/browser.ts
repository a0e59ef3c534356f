/**
 * Pages in Chromium, and the dashboard to open in it.
 *
 * @module
 */

import fs from "node:fs";
// deno-lint-ignore no-import-prefix -- deno.lock knows no package of tests
import axe from "npm:axe-core@4.14.1/axe.min.js" with { type: "text" };
// deno-lint-ignore no-import-prefix -- deno.lock knows no package of tests
import type { Page } from "npm:playwright-core@1.65.1";
import { scriptCommand } from "./helpers.ts";

/** How a page is opened. */
export interface OpenOptions {
  /** The width of the window in CSS pixels. */
  readonly width?: number;
  /** Its height. */
  readonly height?: number;
  /** Whether the reader prefers dark pages. */
  readonly colorScheme?: "light" | "dark";
}

/** A browser that takes note of all that a page should not do. */
export interface TestBrowser extends AsyncDisposable {
  /**
   * What pages did that they should not: errors, messages on the console, dialogs,
   * requests to elsewhere. Closing the browser throws if it is not empty.
   */
  readonly complaints: string[];
  /** Opens a page. */
  open(url: string, options?: OpenOptions): Promise<Page>;
}

/** Tests run while others do. */
const TIMEOUT = 20_000;

/** Starts Chromium; what it is expected to complain of does not count. */
export async function launchBrowser(
  ...expected: readonly RegExp[]
): Promise<TestBrowser> {
  await using stack = new AsyncDisposableStack();
  const browser = await (await loadDriver()).launch({
    executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
  });
  stack.defer(() => browser.close());
  const complaints: string[] = [];
  function complain(text: string): void {
    if (!expected.some((pattern) => pattern.test(text))) complaints.push(text);
  }
  stack.defer(() => {
    if (complaints.length > 0) throw new Error(complaints.join("\n"));
  });
  async function open(url: string, options: OpenOptions = {}): Promise<Page> {
    const { width = 1280, height = 800, colorScheme = "light" } = options;
    const page = await browser.newPage({
      viewport: { width, height },
      colorScheme,
    });
    page.setDefaultTimeout(TIMEOUT);
    const { origin, protocol } = new URL(url);
    page.on("request", (request) => {
      const asked = new URL(request.url());
      const isOwn = protocol === "file:"
        ? asked.href === url
        : asked.origin === origin;
      if (!isOwn && asked.protocol !== "data:") {
        complain(`a request to ${asked}`);
      }
    });
    page.on("console", (message) => complain(message.text()));
    page.on("pageerror", (error) => complain(error.message));
    page.on("dialog", (dialog) => {
      complain(`a dialog: ${dialog.message()}`);
      dialog.dismiss();
    });
    await page.goto(url);
    return page;
  }
  const closing = stack.move();
  return {
    complaints,
    open,
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
}

/**
 * Loads the driver of the browser. It looks for Windows in a file below /proc, which
 * Deno lets nobody read who may not do everything.
 */
async function loadDriver() {
  const { existsSync } = fs;
  fs.existsSync = (path) =>
    !String(path).startsWith("/proc/") && existsSync(path);
  try {
    // deno-lint-ignore no-import-prefix -- deno.lock knows no package of tests
    const { chromium } = await import("npm:playwright-core@1.65.1");
    return chromium;
  } finally {
    fs.existsSync = existsSync;
  }
}

/** A dashboard that is served until the end of its scope. */
export interface ServedDashboard extends AsyncDisposable {
  /** Its address, token included. */
  readonly address: string;
}

/** Serves a dashboard as a process, under its own permission set. */
export async function serveDashboard(
  args: readonly string[],
  grants: readonly string[] = [],
): Promise<ServedDashboard> {
  const process = scriptCommand("dashboard", args, { grants }).spawn();
  const errors = new Response(process.stderr).text();
  let address = "";
  for await (
    const text of process.stdout.pipeThrough(new TextDecoderStream())
  ) {
    address += text;
    if (address.includes("\n")) break;
  }
  if (address === "") throw new Error(await errors);
  return {
    address: address.trim(),
    async [Symbol.asyncDispose]() {
      process.kill("SIGINT");
      await process.status;
      await errors;
    },
  };
}

/** Lists what keeps people from using a page: serious violations that axe finds. */
export async function findBarriers(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const violations = await page.evaluate(
    "axe.run().then(({ violations }) => violations)",
  ) as {
    readonly id: string;
    readonly impact: string;
    readonly nodes: readonly { readonly html: string }[];
  }[];
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes[0]!.html}`);
}
