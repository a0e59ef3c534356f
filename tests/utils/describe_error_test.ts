import { assertEquals } from "@std/assert";
import { describeError } from "../../core/utils/describe_error.ts";

Deno.test("describeError() gives the class and message of an error", () => {
  const error = new Deno.errors.NotFound("a.csv");
  assertEquals(describeError(error), { name: "NotFound", message: "a.csv" });
});

Deno.test("describeError() describes what is not an error", () => {
  for (
    const [thrown, message] of [
      ["no data", "no data"],
      [undefined, "undefined"],
      [{ code: 5 }, "{ code: 5 }"],
    ]
  ) {
    assertEquals(describeError(thrown), { name: "Error", message });
  }
});

Deno.test("describeError() shortens a message, and keeps its characters", () => {
  assertEquals(describeError(new Error("\x1b[1m")).message, "\x1b[1m");
  const { message } = describeError(new Error("x".repeat(1e6)));
  assertEquals(message.slice(9_999), "x… (990000 more characters)");
});

Deno.test("describeError() describes even what cannot be printed", () => {
  const hostile = new Proxy(new Error(), {
    get() {
      throw new Error("get");
    },
  });
  assertEquals(describeError(hostile), {
    name: "Error",
    message: "a value that cannot be printed",
  });
});
