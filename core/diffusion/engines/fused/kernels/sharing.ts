/** How threads share work: each takes one part of it, in order. */

import { pad, thread } from "./memory";

/** How many threads work: only the first, until the others have started. */
let nWorking: i32 = 1;

/** Sets how many threads work from now on. */
export function share(count: i32): void {
  nWorking = count;
}

@inline export function isAlone(): bool {
  return nWorking == 1;
}

/** Where the part of this thread begins, of `count` things in packs of `size`. */
@inline export function findStart(count: i32, size: i32): i32 {
  return findPart(thread, count, size);
}

@inline export function findEnd(count: i32, size: i32): i32 {
  return findPart(thread + 1, count, size);
}

function findPart(index: i32, count: i32, size: i32): i32 {
  const nPacks = pad(count, size) / size;
  return min(count, nPacks * index / nWorking * size);
}
