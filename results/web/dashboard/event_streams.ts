/**
 * Server-sent events, to clients that may be slow or gone.
 *
 * @module
 */

/** How many bytes may wait for a client before it is disconnected. */
const MAX_QUEUED = 4 * 2 ** 20;

/** How many streams there may be at once. */
const MAX_STREAMS = 64;

/** A connection that says nothing for longer may be closed on the way. */
const KEEP_ALIVE_MS = 15_000;

/** A stream of events to one client. */
export interface EventStream {
  /** Sends an event: any JSON. Does nothing once the client has gone. */
  send(event: unknown): void;
}

const encoder = new TextEncoder();

/** The streams of a server. */
export class EventStreams implements Disposable {
  readonly #closers = new Set<() => void>();

  /** Whether no more streams can be opened. */
  get isFull(): boolean {
    return this.#closers.size >= MAX_STREAMS;
  }

  /**
   * Opens a stream of events.
   *
   * @param start Called with the stream; returns what ends it, called once
   * when the client has gone or does not keep up.
   * @returns The body of the response.
   */
  open(
    start: (stream: EventStream) => () => void,
  ): ReadableStream<Uint8Array> {
    let close = () => {};
    return new ReadableStream<Uint8Array>({
      start: (controller) => {
        const send = (text: string) => {
          controller.enqueue(encoder.encode(text));
          // It would be sent more and more that it does not read.
          if ((controller.desiredSize ?? 0) <= 0) close();
        };
        let end = () => {};
        const timer = setInterval(() => send(": \n\n"), KEEP_ALIVE_MS);
        close = () => {
          if (!this.#closers.delete(close)) return;
          clearInterval(timer);
          end();
          try {
            controller.close();
          } catch { /* the client has closed it */ }
        };
        this.#closers.add(close);
        send(": \n\n");
        end = start({
          send: (event) => {
            if (!this.#closers.has(close)) return;
            send(`data: ${JSON.stringify(event)}\n\n`);
          },
        });
        // It may have been closed by what was sent so far.
        if (!this.#closers.has(close)) end();
      },
      cancel: () => close(),
    }, new ByteLengthQueuingStrategy({ highWaterMark: MAX_QUEUED }));
  }

  /** Closes all streams. */
  [Symbol.dispose](): void {
    for (const close of this.#closers) close();
  }
}
