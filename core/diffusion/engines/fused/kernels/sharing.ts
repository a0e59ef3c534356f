/** How threads share work: each takes one contiguous part. */

import { pad, thread } from "./memory";

/** The number of threads at work: 1 until the others have started. */
let nWorking: i32 = 1;

/** Sets the number of threads at work. */
export function share(count: i32): void {
  nWorking = count;
}

@inline export function isAlone(): bool {
  return nWorking == 1;
}

/** The start of this thread's part of `count` items, which go in packs of `size`. */
@inline export function findStart(count: i32, size: i32): i32 {
  return findPart(thread, count, size);
}

/** The end of this thread's part. */
@inline export function findEnd(count: i32, size: i32): i32 {
  return findPart(thread + 1, count, size);
}

function findPart(index: i32, count: i32, size: i32): i32 {
  const nPacks = pad(count, size) / size;
  return min(count, nPacks * index / nWorking * size);
}
