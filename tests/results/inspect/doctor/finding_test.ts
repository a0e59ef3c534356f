import { assertEquals, assertRejects } from "@std/assert";
import { UnknownVersionError } from "../../../../core/store/json_file.ts";
import { Findings } from "../../../../results/inspect/doctor/finding.ts";

Deno.test("Findings.attempt() reports a file once, by the class of its error", async () => {
  const findings = new Findings("a");
  const fail = (error: Error) => () => {
    throw error;
  };
  assertEquals(await findings.attempt("good", () => 1), 1);
  await findings.attempt("gone", fail(new Deno.errors.NotFound()));
  await findings.attempt("torn", fail(new SyntaxError("x")));
  await findings.attempt("torn", fail(new TypeError("again")));
  await findings.attempt("shut", fail(new Deno.errors.PermissionDenied("x")));
  await findings.attempt("new", fail(new UnknownVersionError("new", 2)));
  assertEquals(
    findings.all.map(({ kind, file }) => `${kind} ${file}`),
    ["damaged a/torn", "unreadable a/shut", "unknown version a/new"],
  );
  // Deno's own refusal is about this process, not about the file.
  await assertRejects(
    () => findings.attempt("other", fail(new Deno.errors.NotCapable())),
    Deno.errors.NotCapable,
  );
});

Deno.test("Findings.has() includes the folders of a file, and the files of a folder", () => {
  const findings = new Findings("a");
  findings.add("unfinished", "", "it is empty");
  assertEquals(findings.has("x"), false);
  findings.add("damaged", "model/own.bin", "it has changed");
  const paths = ["model/own.bin", "model", "model/own.bin/x", "model/own"];
  assertEquals(paths.map((path) => findings.has(path)), [
    true,
    true,
    true,
    false,
  ]);
});
