// @ts-check
/// <reference lib="dom" />
/**
 * An answer of the server, asked again when something has changed.
 *
 * @module
 */

import { useEffect, useRef, useState } from "preact/hooks";
import { ask, RequestError } from "./api.js";

/** The least time between two requests for the same. */
const MIN_INTERVAL_MS = 1000;

/**
 * @template T
 * @typedef {object} Answer
 * @property {T | undefined} answer The last answer, undefined until it is there.
 * @property {string} error Why there is none; empty where there is one.
 */

/**
 * @param {string} path What for: `api/run`.
 * @param {Record<string, string> | string} query Details; nothing is asked where empty.
 * @param {string} [version] Asks again when it changes, at most once a second.
 * @returns {Answer<any>} The answer. That to another question is never shown; that
 *   to an earlier version is, until the new one comes.
 */
export function useAnswer(path, query, version = "") {
  const question = query === "" ? "" : `${path}?${new URLSearchParams(query)}`;
  const [state, setState] = useState({
    question: "",
    answer: /** @type {any} */ (undefined),
    error: "",
  });
  const last = useRef({ question: "", at: -Infinity });
  useEffect(() => {
    if (question === "") return;
    const controller = new AbortController();
    const { signal } = controller;
    const isSame = last.current.question === question;
    const waitMs = isSame
      ? last.current.at + MIN_INTERVAL_MS - performance.now()
      : 0;
    const timer = setTimeout(async () => {
      last.current = { question, at: performance.now() };
      try {
        const params = new URLSearchParams(query || {});
        const answer = await ask(path, params, signal);
        setState({ question, answer, error: "" });
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof RequestError)) throw error;
        // A server that is gone is told by the header; the answer stays.
        if (error.status !== 0) {
          setState({ question, answer: undefined, error: error.message });
        }
      }
    }, Math.max(0, waitMs));
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [question, version]);
  return state.question === question ? state : { answer: undefined, error: "" };
}
