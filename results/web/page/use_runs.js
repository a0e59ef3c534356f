// @ts-check
/// <reference lib="dom" />
/**
 * The list of runs, kept up to date by the events of the server.
 *
 * @module
 */

import { useCallback, useEffect, useState } from "preact/hooks";
import { ask, follow, RequestError } from "./api.js";

/**
 * @typedef {import("../dashboard/protocol.ts").RunList} RunList
 * @typedef {import("../dashboard/protocol.ts").RunRow} RunRow
 * @typedef {import("../dashboard/protocol.ts").Notice} Notice
 * @typedef {import("../dashboard/protocol.ts").DashboardEvent} DashboardEvent
 */

/** The most notices that are kept, the newest first. */
const MAX_NOTICES = 100;

/**
 * Puts rows that have changed into a list.
 *
 * @param {RunList} list The list.
 * @param {readonly RunRow[]} changed Rows as they are now; those that the list does
 * not have are left out.
 * @returns {RunList} A list with them; the rows that did not change are the same
 * objects.
 */
export function updateRows(list, changed) {
  const byId = new Map(changed.map((row) => [row.id, row]));
  return { ...list, runs: list.runs.map((row) => byId.get(row.id) ?? row) };
}

/**
 * Keeps the list of runs that the filter of the address selects.
 *
 * @param {import("./address.js").Address} address The address.
 * @returns The list, undefined until it is there; the last error, with the status 0
 * where the server is gone; whether the list is up to date; the notices since the
 * page was loaded, the newest first; and what dismisses some of them.
 */
export function useRuns(address) {
  const text = address.query({ chosen: false }).toString();
  const [list, setList] = useState(
    /** @type {RunList | undefined} */ (undefined),
  );
  const [error, setError] = useState(
    /** @type {RequestError | undefined} */ (undefined),
  );
  const [isLive, setLive] = useState(false);
  const [notices, setNotices] = useState(/** @type {Notice[]} */ ([]));

  useEffect(() => {
    const query = new URLSearchParams(text);
    const controller = new AbortController();
    const end = follow("api/events", query, { onEvent, onOpen, onLost });
    // A page in the background has the list as it was when it was loaded.
    if (document.hidden) load();

    async function load() {
      const { signal } = controller;
      try {
        setList(await ask("api/runs", query, signal));
        setError(undefined);
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof RequestError)) throw error;
        setError(error);
        // A filter that is not understood will not be so later.
        if (error.status >= 400 && error.status < 500) end();
      }
    }
    function onOpen() {
      setLive(true);
      load();
    }
    function onLost() {
      setLive(false);
      load();
    }
    /** @param {DashboardEvent} event */
    function onEvent(event) {
      if (event.type === "list") load();
      else if (event.type === "runs") {
        setList((list) => list && updateRows(list, event.runs));
      } else {
        setNotices((all) => [event.notice, ...all].slice(0, MAX_NOTICES));
      }
    }
    return () => {
      controller.abort();
      end();
    };
  }, [text]);

  const dismiss = useCallback(
    /** @param {readonly Notice[]} gone */
    (gone) => setNotices((all) => all.filter((one) => !gone.includes(one))),
    [],
  );
  return { list, error, isLive, notices, dismiss };
}
