import {
  assert,
  assertAlmostEquals,
  assertEquals,
  AssertionError,
  assertMatch,
  assertNotEquals,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";

/** Each assertion where it holds, and where it must fail. */
const CASES: [name: string, holds: () => unknown, fails: () => unknown][] = [
  ["assert", () => assert(1), () => assert(0)],
  [
    "assertEquals",
    () => assertEquals([NaN], [NaN]),
    () => assertEquals([1], [2]),
  ],
  [
    "assertNotEquals",
    () => assertNotEquals(1, 2),
    () => assertNotEquals([1], [1]),
  ],
  [
    "assertStrictEquals",
    () => assertStrictEquals(NaN, NaN),
    () => assertStrictEquals([], []),
  ],
  [
    "assertAlmostEquals",
    () => assertAlmostEquals(1, 1 + 1e-9),
    () => assertAlmostEquals(1, 1.1),
  ],
  [
    "assertAlmostEquals with a tolerance",
    () => assertAlmostEquals(1, 1.1, 0.2),
    () => assertAlmostEquals(NaN, 1, 9),
  ],
  [
    "assertStringIncludes",
    () => assertStringIncludes("abc", "b"),
    () => assertStringIncludes("abc", "x"),
  ],
  ["assertMatch", () => assertMatch("abc", /b/), () => assertMatch("abc", /x/)],
  [
    "assertThrows",
    () => assertThrows(fail, RangeError, "bad"),
    () => assertThrows(() => {}),
  ],
  [
    "assertThrows of another class",
    () => {},
    () => assertThrows(fail, TypeError),
  ],
  [
    "assertThrows of another message",
    () => {},
    () => assertThrows(fail, RangeError, "good"),
  ],
];

function fail(): never {
  throw new RangeError("bad");
}

for (const [name, holds, fails] of CASES) {
  Deno.test(`${name} holds where it should and fails where it should`, () => {
    holds();
    let error: unknown;
    try {
      fails();
    } catch (thrown) {
      error = thrown;
    }
    assert(error instanceof AssertionError);
  });
}

Deno.test("assertThrows() and assertRejects() return the error", async () => {
  assertEquals(assertThrows(fail, RangeError).message, "bad");
  const rejects = () => Promise.reject(new TypeError("later"));
  assertEquals((await assertRejects(rejects, TypeError)).message, "later");
  await assertRejects(
    () => assertRejects(() => Promise.resolve(1)),
    AssertionError,
  );
});
