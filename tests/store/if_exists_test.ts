import { assertEquals, assertThrows } from "@std/assert";
import { ifExists } from "../../core/store/if_exists.ts";

Deno.test("ifExists() gives null for missing files, and throws other errors", () => {
  assertEquals(ifExists(() => 0), 0);
  const failing = (error: Error) => () => {
    throw error;
  };
  assertEquals(ifExists(failing(new Deno.errors.NotFound())), null);
  const denied = failing(new Deno.errors.PermissionDenied("no"));
  assertThrows(() => ifExists(denied), Deno.errors.PermissionDenied);
});
