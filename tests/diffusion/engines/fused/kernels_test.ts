import { assertEquals } from "@std/assert";
import { skipUnlessGranted } from "../../../../testing/helpers.ts";

skipUnlessGranted("files");

Deno.test("kernels.wasm is what kernels/ compiles to", async () => {
  const { buildKernels, KERNELS } = await import(
    "../../../../testing/kernels.ts"
  );
  assertEquals(
    Deno.readFileSync(KERNELS),
    await buildKernels(),
    "run `deno task kernels`",
  );
});
