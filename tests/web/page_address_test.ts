import { assertEquals } from "@std/assert";
import {
  DEFAULTS,
  formatAddress,
  makeAddress,
  parseAddress,
} from "../../results/web/page/address.js";
import fc from "../../testing/properties.ts";

Deno.test("parseAddress() reads what formatAddress() writes", () => {
  const values = Object.fromEntries(
    Object.entries(DEFAULTS).map(([key, fallback]) => [
      key,
      Array.isArray(fallback)
        ? fc.array(fc.string({ unit: "grapheme" }))
        : typeof fallback === "boolean"
        ? fc.boolean()
        : typeof fallback === "number"
        ? fc.double({ noNaN: true, noDefaultInfinity: true })
        : fc.string({ unit: "grapheme" }),
    ]),
  );
  const places = fc.record({ ...values, view: fc.string({ minLength: 1 }) });
  fc.assert(fc.property(places, (place) => {
    const read = parseAddress(formatAddress(place as typeof DEFAULTS));
    // -0 is written as 0.
    assertEquals(
      JSON.stringify(read),
      JSON.stringify({ ...DEFAULTS, ...place }),
    );
  }));
});

Deno.test("formatAddress() writes no defaults", () => {
  assertEquals(formatAddress(DEFAULTS), "#/runs");
  assertEquals(
    formatAddress({ ...DEFAULTS, view: "curves", grouped: true, smooth: 0.5 }),
    "#/curves?grouped=true&smooth=0.5",
  );
});

Deno.test("parseAddress() leaves out what it does not understand", () => {
  for (
    const hash of ["", "#", "#/", "#/runs?", "#/%E0%A4%A?a", "#/runs?no=1"]
  ) {
    assertEquals(parseAddress(hash), DEFAULTS);
  }
  assertEquals(parseAddress("#/runs?smooth=much").smooth, 0);
  assertEquals(parseAddress("#/runs?where=a&where=b").where, ["a", "b"]);
});

Deno.test("an address changes keys, links to others, and asks for runs", () => {
  const visited: [string, boolean][] = [];
  const address = makeAddress(
    { ...DEFAULTS, where: ["a=1"], since: "7d", chosen: ["3f9a1c2e"] },
    (hash, replace) => visited.push([hash, replace]),
  );
  assertEquals(address.get("since"), "7d");
  assertEquals(
    address.link({ view: "curves", where: [] }),
    "#/curves?since=7d&chosen=3f9a1c2e",
  );
  address.set({ since: "", chosen: [] });
  address.set({ where: [], chosen: [] }, { replace: true });
  assertEquals(visited, [
    ["#/runs?where=a%3D1", false],
    ["#/runs?since=7d", true],
  ]);
  assertEquals(
    `${address.query()}`,
    "where=a%3D1&where=id%3D3f9a1c2e&since=7d",
  );
  assertEquals(
    `${address.query({ chosen: false })}`,
    "where=a%3D1&since=7d",
  );
});
