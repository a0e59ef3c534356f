// @ts-check
/**
 * The address of the page holds all that a person has chosen to see, so that a
 * reload, a bookmark or a colleague gets the same page:
 * `#/curves?where=model%3Dmlp&measure=loss`.
 *
 * @module
 */

/**
 * Every key of the address, with the value that it has where it is not written.
 * The default says what kind a key is: a text, a number, a switch, or a list of
 * texts.
 */
export const DEFAULTS = {
  /** What is shown: runs, curves, comparison, run, sweep. */
  view: "runs",

  // Which runs: all views.
  /** Conditions `key=value`, as `--where` takes them. */
  where: /** @type {readonly string[]} */ ([]),
  /** The earliest start, as `--since` takes it. */
  since: "",
  /** The last eight digits of the ids of the runs that were chosen. */
  chosen: /** @type {readonly string[]} */ ([]),

  // Runs.
  /** The column by which the table is sorted, after `-` if downwards. */
  sort: "",
  /** Whether replicates are one row. */
  grouped: false,
  /** The groups that are open, by label. */
  open: /** @type {readonly string[]} */ ([]),

  // Curves.
  /** The measures: one panel for each. */
  measure: /** @type {readonly string[]} */ ([]),
  /** The field on the horizontal axis. */
  x: "step",
  /** One line per `group` or per `run`. */
  by: "group",
  /** Which axes are logarithmic: `x`, `y`, `xy`. */
  log: "",
  /** The length of smoothing, in units of the horizontal axis; 0 for none. */
  smooth: 0,
  /** The part of the horizontal axis that is shown: its two ends. */
  zoom: /** @type {readonly string[]} */ ([]),
  /** The curves that are hidden, by label or id. */
  hidden: /** @type {readonly string[]} */ ([]),

  // Comparison.
  /** Flags of `compare`, as on the command line. */
  flags: "",

  // A run.
  /** Its id. */
  run: "",
  /** The id of the run that it is compared with. */
  other: "",
  /** The file of its source that is shown. */
  file: "",

  // A sweep.
  /** Its name. */
  sweep: "",
  /** What is on the axis of scores. */
  metric: "",
  /** Ranges of axes, `key:from:to`. */
  brush: /** @type {readonly string[]} */ ([]),
};

/** @typedef {typeof DEFAULTS} Place What an address says, by key. */

/**
 * Parses the part of an address after `#`. What is not understood is left out: an
 * address may come from another version.
 *
 * @param {string} hash The part, with or without `#`.
 * @returns {Place} The value of each key.
 */
export function parseAddress(hash) {
  const [path = "", query = ""] = hash.replace(/^#?\/?/, "").split(/\?(.*)/s);
  const params = new URLSearchParams(query);
  /** @type {Record<string, unknown>} */
  const place = { ...DEFAULTS };
  for (const [key, fallback] of Object.entries(DEFAULTS)) {
    const texts = params.getAll(key);
    const [text] = texts;
    if (text === undefined) continue;
    if (Array.isArray(fallback)) place[key] = texts;
    else if (typeof fallback === "boolean") place[key] = text === "true";
    else if (typeof fallback === "string") place[key] = text;
    else if (Number.isFinite(Number(text))) place[key] = Number(text);
  }
  if (path !== "") place.view = decodePath(path);
  return /** @type {Place} */ (place);
}

/**
 * Formats an address. Defaults are not written.
 *
 * @param {Place} place The value of each key.
 * @returns {string} The part of the address after and including `#`.
 */
export function formatAddress({ view, ...rest }) {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(rest)) {
    const fallback = DEFAULTS[/** @type {keyof Place} */ (key)];
    if (Array.isArray(value)) {
      for (const text of value) params.append(key, text);
    } else if (value !== fallback) params.set(key, String(value));
  }
  const query = params.toString();
  return `#/${encodeURIComponent(view)}${query === "" ? "" : `?${query}`}`;
}

/** @param {string} path */
function decodePath(path) {
  try {
    return decodeURIComponent(path);
  } catch {
    return DEFAULTS.view;
  }
}

/**
 * The address as a view uses it.
 *
 * @typedef {object} Address
 * @property {<K extends keyof Place>(key: K) => Place[K]} get The value of a key.
 * @property {(changes: Partial<Place>, options?: { replace?: boolean }) => void} set
 * Changes keys; with `replace`, going back skips what was before: for changes that
 * are steps of one, such as dragging.
 * @property {(changes: Partial<Place>) => string} link The address with changes,
 * for `href`.
 * @property {(options?: { chosen?: boolean }) => URLSearchParams} query Which runs
 * are shown, as the server is asked: filter and, by default, the chosen ones.
 */

/**
 * Makes the address that a view uses.
 *
 * @param {Place} place What it says.
 * @param {(hash: string, replace: boolean) => void} go Goes to another.
 * @returns {Address} The address.
 */
export function makeAddress(place, go) {
  /** @type {Address["link"]} */
  const link = (changes) => formatAddress({ ...place, ...changes });
  return {
    get: (key) => place[key],
    link,
    set: (changes, { replace = false } = {}) => go(link(changes), replace),
    query({ chosen = true } = {}) {
      const ids = chosen ? place.chosen.map((id) => `id=${id}`) : [];
      const query = new URLSearchParams();
      for (const text of [...place.where, ...ids]) query.append("where", text);
      if (place.since !== "") query.set("since", place.since);
      return query;
    },
  };
}
