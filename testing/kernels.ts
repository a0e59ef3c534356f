/**
 * `deno task kernels`: builds the kernels of the fused engine. The built bytes
 * are committed, and a test checks that they follow from the source.
 *
 * @module
 */

// deno-lint-ignore no-import-prefix -- only tests need it: tests/deno.lock
import asc from "npm:assemblyscript@0.28.20/asc";
import { defineCommand, EXIT, main } from "../scripts/_command.ts";
import { ROOT } from "./helpers.ts";

const FOLDER = `${ROOT}/core/diffusion/engines/fused`;

/** Where the built kernels are. */
export const KERNELS = `${FOLDER}/kernels.wasm`;

/**
 * Builds the kernels.
 *
 * @returns The bytes of the WebAssembly module.
 * @throws {SyntaxError} If the source does not compile; the message says where.
 */
export async function buildKernels(): Promise<Uint8Array> {
  const source = Deno.readTextFileSync(`${FOLDER}/_kernels.ts`);
  let built: Uint8Array | undefined;
  const options = "-O3 --enable simd --runtime stub --noAssert --use abort=";
  const { error, stderr } = await asc.main(
    ["_kernels.ts", ...options.split(" "), "-o", "kernels.wasm"],
    {
      readFile: (name) => name === "_kernels.ts" ? source : null,
      writeFile: (_name, bytes) => void (built = bytes as Uint8Array),
      listFiles: () => [],
    },
  );
  if (error || !built) throw new SyntaxError(stderr.toString());
  return built;
}

const command = defineCommand({
  name: "kernels",
  summary: "Build the WebAssembly kernels of the fused engine.",
  usage: [""],
  examples: ["deno task kernels"],
  flags: {},
  async run() {
    Deno.writeFileSync(KERNELS, await buildKernels());
    return EXIT.done;
  },
});

if (import.meta.main) main(command);
