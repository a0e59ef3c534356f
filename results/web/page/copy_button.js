// @ts-check
/// <reference lib="dom" />
/**
 * A button that copies a text.
 *
 * @module
 */

import { useEffect, useState } from "preact/hooks";
import { html } from "./html.js";

const SHOWN_MS = 1500;

/**
 * @param {object} props
 * @param {string} props.text What is copied.
 * @param {string} [props.label] What the button says.
 * @param {string} [props.name] What a screen reader says, if that is too short.
 */
export function CopyButton({ text, label = "Copy", name = label }) {
  const [outcome, setOutcome] = useState("");
  useEffect(() => {
    if (outcome === "") return;
    const timer = setTimeout(() => setOutcome(""), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [outcome]);
  const copy = () =>
    navigator.clipboard.writeText(text).then(
      () => setOutcome("Copied"),
      () => setOutcome("Not allowed to copy"),
    );
  return html`
    <button type="button" onClick=${copy}
      aria-label=${name}>${outcome || label}</button><span class="hidden"
      role="status">${outcome}</span>
  `;
}
