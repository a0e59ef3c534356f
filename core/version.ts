/** Whisker's version, as every run keeps it; `deno.json` bears the same. */
export const VERSION = "0.1.0";
