import { assert, assertEquals } from "@std/assert";
import { ConfigError } from "../../../core/config/schema.ts";
import { OptionError } from "../../../results/database/option_error.ts";

Deno.test("OptionError is a ConfigError that says which option is wrong", () => {
  const error = new OptionError("ci", "Cannot use `ci` 0.95");
  assert(error instanceof ConfigError);
  assertEquals([error.name, error.message], [
    "OptionError",
    "Cannot use `ci` 0.95",
  ]);
  assertEquals([error.option, error.problems], ["ci", [error.message]]);
});
