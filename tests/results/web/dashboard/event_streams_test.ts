import { assert, assertEquals } from "@std/assert";
import { EventStreams } from "../../../../results/web/dashboard/event_streams.ts";

Deno.test("EventStreams disconnects a client that does not read", async () => {
  using streams = new EventStreams();
  let nEnded = 0;
  const body = streams.open(({ send }) => {
    for (let i = 0; i < 10; i++) send("x".repeat(2 ** 20));
    return () => nEnded++;
  });
  assertEquals(nEnded, 1);
  const { length } = await new Response(body).bytes();
  assert(length < 6 * 2 ** 20);
});

Deno.test("EventStreams ends what it started when the client has gone", async () => {
  using streams = new EventStreams();
  let nEnded = 0;
  const body = streams.open(({ send }) => {
    send({ type: "list" });
    return () => nEnded++;
  });
  const reader = body.getReader();
  const decoder = new TextDecoder();
  assertEquals(decoder.decode((await reader.read()).value), ": \n\n");
  assertEquals(
    decoder.decode((await reader.read()).value),
    'data: {"type":"list"}\n\n',
  );
  await reader.cancel();
  assertEquals(nEnded, 1);
});

Deno.test("EventStreams limits how many there are", () => {
  using streams = new EventStreams();
  let nOpen = 0;
  while (!streams.isFull) {
    streams.open(() => () => {});
    nOpen++;
  }
  assertEquals(nOpen, 64);
});
