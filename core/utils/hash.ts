/** Enough digits of a hash to tell two apart by eye. */
export const SHORT_HASH = 12;

/**
 * FNV-1a of a text in 64 bits (Fowler, Noll & Vo), as two 32-bit words, the
 * lower one first. It distinguishes names; it is not for secrets.
 */
export function hash64(text: string): [number, number] {
  let hash = 0xCBF29CE484222325n;
  for (const byte of new TextEncoder().encode(text)) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001B3n);
  }
  return [Number(hash & 0xFFFFFFFFn), Number(hash >> 32n)];
}

/** FNV-1a of a text in 64 bits, in hexadecimal digits. */
export function hash64Hex(text: string): string {
  return hash64(text).toReversed()
    .map((word) => word.toString(16).padStart(8, "0")).join("");
}

/** SHA-256 of some bytes, in hexadecimal digits. */
export async function sha256(content: Uint8Array): Promise<string> {
  const digest = await crypto.subtle.digest(
    "SHA-256",
    content as Uint8Array<ArrayBuffer>,
  );
  return new Uint8Array(digest).toHex();
}
