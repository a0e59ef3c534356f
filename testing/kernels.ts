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

/** Threads share the memory, which the host makes: at most 4 GiB. */
const MEMORY = "--enable threads --importMemory --sharedMemory " +
  "--initialMemory 1 --maximumMemory 65536";

/** Where the built kernels are. */
export const KERNELS = `${FOLDER}/kernels.wasm`;

/**
 * Compiles AssemblyScript.
 *
 * @param folder The folder of the source.
 * @param name The name of its main file.
 * @param more More options of the compiler.
 * @returns The bytes of the WebAssembly module.
 * @throws {SyntaxError} If the source does not compile; the message says where.
 */
export async function compile(
  folder: string,
  name: string,
  more = "",
): Promise<Uint8Array> {
  let built: Uint8Array | undefined;
  const options =
    `-O3 --enable simd --runtime stub --noAssert --use abort= ${more}`;
  const { error, stderr } = await asc.main(
    [name, ...options.trim().split(" "), "-o", "built.wasm"],
    {
      readFile(path) {
        try {
          return Deno.readTextFileSync(`${folder}/${path}`);
        } catch {
          // The compiler asks for files that may be elsewhere.
          return null;
        }
      },
      writeFile: (_path, bytes) => void (built = bytes as Uint8Array),
      listFiles: () => [],
    },
  );
  if (error || !built) throw new SyntaxError(stderr.toString());
  return built;
}

/**
 * Builds the kernels.
 *
 * @returns The bytes of the WebAssembly module.
 */
export function buildKernels(): Promise<Uint8Array> {
  return compile(`${FOLDER}/kernels`, "kernels.ts", MEMORY);
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
