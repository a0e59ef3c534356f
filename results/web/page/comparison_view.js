// @ts-check
/// <reference lib="dom" />
/**
 * The view of the comparison: what `compare` prints, kept up to date.
 *
 * @module
 */

import { useEffect, useMemo, useState } from "preact/hooks";
import { CopyButton } from "./copy_button.js";
import { formatFlags, parseFlags, readFlag, writeFlag } from "./flags.js";
import { formatSetting } from "./format.js";
import { html } from "./html.js";
import { useAnswer } from "./use_answer.js";
import { splitWords } from "./words.js";

/**
 * @typedef {import("../dashboard/protocol.ts").RunList} RunList
 * @typedef {import("../dashboard/protocol.ts").ComparisonPage} ComparisonPage
 * @typedef {import("./address.js").Address} Address
 * @typedef {import("./flags.js").Flag} Flag
 */

/**
 * The flags that have a field of their own. Those of words take several values.
 *
 * @type {readonly { name: string, label: string, hint?: string, isWords?: boolean,
 *   suggest?: "key" | "key=value" | "sort", choices?: readonly string[] }[]}
 */
const FIELDS = [
  { name: "metric", label: "metric", hint: "loss/*", isWords: true },
  { name: "rows", label: "rows", hint: "all that differ", suggest: "key" },
  {
    name: "cols",
    label: "columns",
    hint: "those of records",
    suggest: "key",
  },
  {
    name: "baseline",
    label: "baseline",
    hint: "key=value",
    isWords: true,
    suggest: "key=value",
  },
  { name: "margin", label: "margin", hint: "0.01 or 2%" },
  { name: "sort", label: "sort", hint: "key or record", suggest: "sort" },
  { name: "ci", label: "interval", choices: ["90", "95", "99"] },
  { name: "aggregate", label: "summary", choices: ["median", "iqm"] },
];
/** What a choice says if it is not made, and what its values mean. */
const CHOICES = /** @type {Readonly<Record<string, string>>} */ ({
  ci: "standard error",
  "ci.90": "90 %",
  "ci.95": "95 %",
  "ci.99": "99 %",
  aggregate: "mean",
  "aggregate.iqm": "interquartile mean",
});

/** On a small screen the options are folded. */
const isRoomy = innerWidth > 600;

/** Evaluations finish without an event: the comparison looks for new ones. */
const REPEAT_MS = 15_000;

/**
 * The view of the comparison.
 *
 * @param {object} props
 * @param {Address} props.address
 * @param {RunList} props.list
 */
export function ComparisonView({ address, list }) {
  const flags = useMemo(() => parseFlags(address.get("flags")), [address]);
  const query = address.query();
  for (const [name, value] of flags) query.append(name, value);
  const nCompleted =
    list.runs.filter(({ status }) => status === "completed").length;
  const version = `${nCompleted} of ${list.runs.length}, ${useTicks()}`;
  /** @type {import("./use_answer.js").Answer<ComparisonPage>} */
  const { answer, error } = useAnswer("api/comparison", `?${query}`, version);
  return html`
    <${FlagForm} ...${{ address, list, flags }} />
    ${error && html`<p class="error" role="alert">${error}</p>`}
    ${!answer && !error && html`<p class="quiet">Comparing …</p>`}
    ${answer && html`<${Answer} answer=${answer} />`}
  `;
}

/** Counts on while the page is in sight. */
function useTicks() {
  const [ticks, setTicks] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => {
      if (!document.hidden) setTicks((n) => n + 1);
    }, REPEAT_MS);
    return () => clearInterval(timer);
  }, []);
  return ticks;
}

/**
 * The flags of the comparison.
 *
 * @param {{ address: Address, list: RunList, flags: readonly Flag[] }} props
 */
function FlagForm({ address, list, flags }) {
  const own = new Set(FIELDS.map(({ name }) => name));
  const further = flags.filter(([name]) => !own.has(name));
  const suggestions = useMemo(() => listSuggestions(list), [list]);
  /** @param {readonly Flag[]} flags */
  const setFlags = (flags) => address.set({ flags: formatFlags(flags) });
  return html`
    <details class="options" open=${isRoomy || flags.length > 0}>
      <summary>Options</summary>
      <form class="flags" aria-label="Options of the comparison"
        onSubmit=${(/** @type {Event} */ event) => event.preventDefault()}>
      ${FIELDS.map(({ name, label, hint, isWords, suggest, choices }) => {
        const value = readFlag(flags, name);
        /** @param {{ currentTarget: HTMLInputElement }} event */
        const onChange = ({ currentTarget: { value } }) =>
          setFlags(writeFlag(
            flags,
            name,
            isWords ? splitWords(value) : value === "" ? [] : [value],
          ));
        return html`
          <label key=${name}>${label}
            ${choices
              ? html`<select value=${value} onChange=${onChange}>${
                [
                  "",
                  ...choices,
                  ...(value && !choices.includes(value) ? [value] : []),
                ]
                  .map((choice) =>
                    html`<option key=${choice} value=${choice}>${
                      CHOICES[choice ? `${name}.${choice}` : name] ?? choice
                    }</option>`
                  )
              }</select>`
              : html`
                <input type="text" value=${value} placeholder=${hint}
                  autocomplete="off" spellcheck="false" onChange=${onChange}
                  list=${suggest ? `suggest-${suggest}` : null} />
              `}
          </label>
        `;
      })}
      <label class="further">further flags
        <input type="text" value=${formatFlags(further)}
          placeholder="--relative-to source=floor --alpha 0.01"
          autocomplete="off" spellcheck="false"
          onChange=${(/** @type {any} */ { currentTarget: { value } }) =>
            setFlags([
              ...flags.filter(([name]) => own.has(name)),
              ...parseFlags(value),
            ])} />
      </label>
      ${Object.entries(suggestions).map(([name, texts]) =>
        html`<datalist key=${name} id=${`suggest-${name}`}>${
          texts.map((text) => html`<option key=${text} value=${text} />`)
        }</datalist>`
      )}
      </form>
    </details>
  `;
}

/** More suggestions help nobody. */
const MAX_SUGGESTIONS = 100;

/** @param {RunList} list */
function listSuggestions({ keys, nuisance, runs }) {
  const pairs = keys.flatMap((key, i) =>
    nuisance.includes(key)
      ? []
      : [...new Set(runs.map(({ values }) => formatSetting(values[i])))]
        .map((value) => `${key}=${value}`)
  );
  return {
    key: keys,
    "key=value": pairs.slice(0, MAX_SUGGESTIONS),
    sort: keys.flatMap((key) => [key, `-${key}`]),
  };
}

/** A wide table is moved alone. Texts cannot be taken for it: theirs are escaped. */
const SCROLLER =
  '<div class="scroll" role="region" tabindex="0" aria-label="Results">';

/**
 * The comparison itself.
 *
 * @param {{ answer: ComparisonPage }} props
 */
function Answer({ answer: { html: tables, figures, formats, command } }) {
  const __html = tables
    // The page's policy forbids style attributes.
    .replaceAll('style="text-align: right"', 'class="number"')
    .replaceAll("<table>", `${SCROLLER}<table>`)
    .replaceAll("</table>", "</table></div>");
  return html`
    <div class="comparison" aria-live="off"
      dangerouslySetInnerHTML=${{ __html }} />
    <div class="copies">
      <${CopyButton} text=${formats.markdown} label="Copy as Markdown" />
      <${CopyButton} text=${formats.latex} label="Copy as LaTeX" />
      <${CopyButton} text=${formats.csv} label="Copy as CSV" />
    </div>
    <div class="command">
      <span class="quiet">The same on a terminal:</span>
      <code>${command}</code>
      <${CopyButton} text=${command} name="Copy the command" />
    </div>
    <div class="figures">${figures.map(({ title, svg }) =>
      html`
        <figure key=${title} aria-label=${title}
          dangerouslySetInnerHTML=${{ __html: svg }} />
      `
    )}</div>
  `;
}
