import { assertEquals } from "@std/assert";
import kernels from "../../../../core/diffusion/engines/fused/kernels.wasm" with {
  type: "bytes",
};
import {
  createInstance,
  createMemory,
} from "../../../../core/diffusion/engines/fused/instance.ts";
import { normalQuantile } from "../../../../core/utils/normal_quantile.ts";
import { RandomStream } from "../../../../core/utils/random.ts";

/** What `kernels/normals.ts` exports. */
interface Exports {
  readonly memory: WebAssembly.Memory;
  readonly normals: WebAssembly.Global;
  useStream(...words: number[]): void;
  drawNormals(position: bigint, count: number): void;
  normalQuantile(p: number): number;
}

/** As many as a block of rows of two columns has. */
const ROOM = 128;

function loadKernels(): Exports {
  const module = new WebAssembly.Module(kernels as Uint8Array<ArrayBuffer>);
  return createInstance(module, createMemory(), {
    inputs: [2, 0, 1, 2],
    layers: [[3, 2, 0]],
    ...{ maxRows: 1, nThreads: 1 },
  }, 0) as unknown as Exports;
}

Deno.test("the kernels draw the normal numbers of RandomStream, bit for bit", () => {
  const own = loadKernels();
  const random = new RandomStream(2 ** 40 + 7, "normals");
  own.useStream(...random.words);
  const drawn = new Float64Array(own.memory.buffer, own.normals.value, ROOM);
  const check = (count: number) => {
    own.drawNormals(BigInt(random.state.position), count);
    const expected = random.fillNormal(new Float64Array(count));
    const differs = expected.findIndex((z, i) => !Object.is(z, drawn[i]));
    assertEquals(differs, -1);
  };
  for (let i = 0; i < 1e6 / ROOM; i++) check(ROOM);
  // Any number of them, from any place within a block of four words.
  for (let count = 1; count <= ROOM; count++) {
    check(count);
    if (count % 5 === 0) random.integer(2 ** 32);
  }
  // Where the index of a block passes 32 bits, and where 53 bits end.
  for (const position of [2 ** 34 - 100, 2 ** 53 - 2 * ROOM - 10]) {
    random.restore({ ...random.state, position });
    check(ROOM);
  }
});

Deno.test("the kernels' normalQuantile() is that of RandomStream in both tails, bit for bit", () => {
  const own = loadKernels();
  const random = new RandomStream(1, "quantiles");
  for (let i = 0; i < 1e6; i++) {
    const tail = 0.5 * Math.exp(-36 * random.uniform());
    const p = i % 2 === 0 ? tail : 1 - tail;
    if (p < 1 && !Object.is(own.normalQuantile(p), normalQuantile(p))) {
      assertEquals(own.normalQuantile(p), normalQuantile(p), `p = ${p}`);
    }
  }
});
