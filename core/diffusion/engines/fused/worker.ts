/// <reference no-default-lib="true" />
/// <reference lib="deno.worker" />

/**
 * A worker of a team: does its part of each task.
 *
 * @module
 */

import { createInstance } from "./instance.ts";
import { type Assignment, SLOTS, waitForChange } from "./team.ts";

/** How long to sleep between checks whether Deno is ending the worker. */
const SLEEP_MS = 50;

self.onmessage = async ({ data }: MessageEvent<Assignment>) => {
  const { module, memory, layout, thread, control } = data;
  const kernels = createInstance(module, memory, layout, thread);
  kernels.share(layout.nThreads);
  self.postMessage(null);
  for (let round = 0;; round++) {
    // Deno ends a worker only when it is in its event loop.
    while (!waitForChange(control, SLOTS.round, round, SLEEP_MS)) {
      await new Promise((resolve) => setTimeout(resolve));
    }
    kernels.work(control[SLOTS.task]!, control[SLOTS.argument]!);
    Atomics.add(control, SLOTS.done, 1);
    Atomics.notify(control, SLOTS.done);
  }
};
