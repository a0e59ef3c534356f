// @ts-check
/// <reference lib="dom" />
import { html } from "./html.js";

/**
 * @param {object} props
 * @param {import("./address.js").Address} props.address
 * @param {import("../dashboard/protocol.ts").RunList} props.list
 */
export function ComparisonView({ address, list }) {
  return html`<p class="quiet">${
    address.get("view")
  }: ${list.runs.length} runs.</p>`;
}
