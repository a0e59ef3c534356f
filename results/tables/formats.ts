/** The formats that a comparison can be written in. */
export const FORMATS = ["table", "md", "csv", "latex", "json", "html"] as const;

/** One of {@linkcode FORMATS}. */
export type Format = typeof FORMATS[number];
