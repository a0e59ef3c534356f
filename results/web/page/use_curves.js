// @ts-check
/// <reference lib="dom" />
/**
 * The curves of the measures that the page shows, kept up to date.
 *
 * @module
 */

import { useEffect, useRef, useState } from "preact/hooks";
import { ask, follow, RequestError } from "./api.js";
import { applyUpdate } from "./curve_data.js";

/**
 * @typedef {import("../dashboard/protocol.ts").CurveSet} CurveSet
 * @typedef {import("../dashboard/protocol.ts").CurveUpdate} CurveUpdate
 */

/**
 * @param {readonly string[]} measures The measures.
 * @param {URLSearchParams} query What the server is asked besides.
 * @param {number} maxPoints How long a curve may become.
 * @returns The curves by measure, and errors by measure. What was asked before
 *   stays until the answer comes, so that nothing flickers.
 */
export function useCurves(measures, query, maxPoints) {
  const [sets, setSets] = useState(
    /** @type {ReadonlyMap<string, CurveSet>} */ (new Map()),
  );
  const [errors, setErrors] = useState(
    /** @type {ReadonlyMap<string, string>} */ (new Map()),
  );
  const known = useRef(new Map());
  const text = query.toString();
  const wanted = JSON.stringify(measures);

  useEffect(() => {
    if (measures.length === 0) return;
    const controller = new AbortController();
    /** Updates that came during a request. */
    /** @type {CurveUpdate[] | null} */
    let waiting = null;
    let frame = 0;

    const streamQuery = new URLSearchParams(text);
    for (const measure of measures) streamQuery.append("measure", measure);
    const end = follow("api/curves/events", streamQuery, {
      onOpen: load,
      onEvent: (/** @type {CurveUpdate} */ update) => {
        if (waiting) waiting.push(update);
        else apply(update);
      },
      onLost() {},
    });
    if (document.hidden) load();

    async function load() {
      waiting = [];
      const { signal } = controller;
      /** @type {Map<string, string>} */
      const failed = new Map();
      await Promise.all(measures.map(async (measure) => {
        const question = new URLSearchParams(text);
        question.set("measure", measure);
        try {
          known.current.set(measure, await ask("api/curves", question, signal));
          if (!signal.aborted) show();
        } catch (error) {
          if (signal.aborted) return;
          if (!(error instanceof RequestError)) throw error;
          // A server that is gone is told by the header; the curves stay.
          if (error.status !== 0) failed.set(measure, error.message);
        }
      }));
      if (signal.aborted) return;
      setErrors(failed);
      const updates = waiting ?? [];
      waiting = null;
      for (const update of updates) if (!apply(update)) break;
    }

    /** @param {CurveUpdate} update */
    function apply(update) {
      const set = "measure" in update && known.current.get(update.measure);
      if (update.type !== "reload" && !set) return true;
      const next = set && applyUpdate(set, update, maxPoints);
      if (!next) {
        load();
        return false;
      }
      known.current.set(next.measure, next);
      show();
      return true;
    }

    /** Many updates may come in the time of a frame. */
    function show() {
      frame ||= requestAnimationFrame(() => {
        frame = 0;
        setSets(new Map(known.current));
      });
    }
    return () => {
      controller.abort();
      cancelAnimationFrame(frame);
      end();
    };
  }, [text, wanted, maxPoints]);

  return { sets, errors };
}
