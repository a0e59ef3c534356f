import { assertEquals } from "@std/assert";
import { parseArgs } from "@std/cli/parse-args";

// What std's own parseArgs gives; the suite runs against that one as well.

Deno.test("parseArgs() gives strings and positional arguments", () => {
  const parsed = parseArgs(["--a=1", "--b", "2", "x", "--c=d=e"], {
    string: ["a", "b", "c", "_"] as string[],
  });
  assertEquals<unknown>(parsed, { _: ["x"], a: "1", b: "2", c: "d=e" });
});

Deno.test("parseArgs() leaves positional arguments as texts", () => {
  const parsed = parseArgs(["7", "007"], { string: ["_"] as string[] });
  assertEquals<unknown>(parsed._, ["7", "007"]);
});

Deno.test("parseArgs() gives empty texts and lists where nothing was given", () => {
  const parsed = parseArgs(["--s", "--t="], {
    string: ["s", "t", "u", "list"],
    collect: ["list"],
  });
  assertEquals(parsed.s, "");
  assertEquals(parsed.t, "");
  assertEquals(parsed.u, undefined);
  assertEquals(parsed.list, []);
});

Deno.test("parseArgs() collects what may be repeated, and takes the last of what may not", () => {
  const parsed = parseArgs(["--l=a", "--l=b=c", "--s=1", "--s=2"], {
    string: ["l", "s"],
    collect: ["l"],
  });
  assertEquals(parsed.l, ["a", "b=c"]);
  assertEquals(parsed.s, "2");
});

Deno.test("parseArgs() hands what is unknown to the function, which may leave it out", () => {
  const seen: unknown[] = [];
  const parsed = parseArgs(["--known=1", "--other=2", "--flag", "x"], {
    string: ["known", "_"] as string[],
    unknown: (arg: string, key?: string) => {
      seen.push([arg, key]);
      return key === undefined;
    },
  });
  assertEquals(seen.slice(0, 2), [["--other=2", "other"], ["--flag", "flag"]]);
  assertEquals(parsed.known, "1");
  assertEquals("other" in parsed || "flag" in parsed, false);
});

Deno.test("parseArgs() takes all after -- as positional", () => {
  const parsed = parseArgs(["--on=1", "--", "--off"], {
    string: ["on", "off", "_"] as string[],
  });
  assertEquals<unknown>([parsed.on, parsed.off, parsed._], [
    "1",
    undefined,
    ["--off"],
  ]);
});
