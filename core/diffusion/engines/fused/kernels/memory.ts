/**
 * Memory, which only grows: a network allocates all that it needs at once.
 *
 * Threads share it. Each has an instance of the kernels, and all instances allocate
 * the same arrays at the same addresses. Of arrays that exist once per thread, an
 * instance uses its own.
 */

let top: u64 = (<u64>__heap_base + 63) & ~63;

/** The index of this thread, and the number of threads. */
export let thread: i32 = 0, nThreads: i32 = 1;

/** Sets the thread of an instance; called before anything is allocated. */
export function setThread(index: i32, count: i32): void {
  thread = index;
  nThreads = count;
}

/** Allocates zeroed memory for numbers of 4 bytes, aligned to a cache line. */
export function allocate(count: i32): usize {
  const start = top;
  top = (top + (<u64><u32>count << 2) + 63) & ~63;
  const nPages = <i32>((top + 0xffff) >>> 16) - memory.size();
  if (top >>> 32 || (nPages > 0 && memory.grow(nPages) < 0)) unreachable();
  return <usize>start;
}

/** Allocates an array for each thread, and returns this thread's. */
export function allocateOwn(count: i32): usize {
  let own: usize = 0;
  for (let i = 0; i < nThreads; i++) {
    const start = allocate(count);
    if (i == thread) own = start;
  }
  return own;
}

/** The address of a number of 4 bytes. */
@inline export function at(start: usize, index: i32): usize {
  return start + (<usize>index << 2);
}

@inline export function pad(n: i32, to: i32): i32 {
  return (n + to - 1) / to * to;
}
