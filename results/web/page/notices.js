// @ts-check
/// <reference lib="dom" />
import { html } from "./html.js";

/** @typedef {import("../dashboard/protocol.ts").Notice} Notice */

/**
 * @param {object} props
 * @param {import("./address.js").Address} props.address
 * @param {import("../dashboard/protocol.ts").RunList | undefined} props.list
 * @param {readonly Notice[]} props.notices The newest first.
 * @param {(gone: readonly Notice[]) => void} props.dismiss
 */
export function Notices({ notices }) {
  return notices.length > 0 &&
    html`<span role="status">${notices.length} notices</span>`;
}
