// @ts-check
/// <reference lib="dom" />
/**
 * Components as HTML in template literals, without a build step.
 *
 * @module
 */

import htm from "htm";
import { h } from "preact";

/**
 * Makes elements of HTML. Values are put in as text, and never as HTML.
 *
 * @type {(strings: TemplateStringsArray, ...values: unknown[]) => import("preact").VNode}
 */
// Its types lack the default export.
export const html = /** @type {any} */ (htm).bind(h);
