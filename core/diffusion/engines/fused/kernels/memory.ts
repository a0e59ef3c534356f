/** Memory, which only grows: a network allocates all that it needs at once. */

let top: u64 = (<u64>__heap_base + 63) & ~63;

/** Allocates zeroed memory for numbers of 4 bytes, aligned to a cache line. */
export function allocate(count: i32): usize {
  const start = top;
  top = (top + (<u64><u32>count << 2) + 63) & ~63;
  const nPages = <i32>((top + 0xffff) >>> 16) - memory.size();
  if (top >>> 32 || (nPages > 0 && memory.grow(nPages) < 0)) unreachable();
  return <usize>start;
}

/** The place of a number of 4 bytes. */
@inline export function at(start: usize, index: i32): usize {
  return start + (<usize>index << 2);
}

@inline export function pad(n: i32, to: i32): i32 {
  return (n + to - 1) / to * to;
}
