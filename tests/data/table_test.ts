import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertMatch,
  assertThrows,
} from "@std/assert";
import fc from "../../testing/properties.ts";
import {
  batches,
  computeScaling,
  readTable,
  splitTable,
  standardise,
  type Table,
  takeRows,
} from "../../core/data/table.ts";
import { RandomStream } from "../../core/utils/random.ts";
import { ROOT, skipUnlessGranted, tempFolder } from "../../testing/helpers.ts";

skipUnlessGranted("files");

function createTable(nRows: number, nColumns = 2): Table {
  return {
    columns: Array.from({ length: nColumns }, (_, i) => `c${i}`),
    nRows,
    values: Float64Array.from({ length: nRows * nColumns }, (_, i) => i),
  };
}

function read(content: string): Table {
  using folder = tempFolder();
  const path = `${folder.path}/x.csv`;
  Deno.writeTextFileSync(path, content);
  return readTable(path);
}

Deno.test("readTable() reads numbers with and without a line of names", () => {
  const named = read("a, b\n1,2.5\n-3e2,4\n");
  assertEquals(named.columns, ["a", "b"]);
  assertEquals([...named.values], [1, 2.5, -300, 4]);
  assertEquals(named.nRows, 2);
  assertEquals(read("1,2\n3,4").columns, ["column 1", "column 2"]);
  assertEquals(read("1\n2\n").nRows, 2);
});

Deno.test(
  "readTable() skips comments and empty lines, and reads quotes, a byte order mark and CRLF",
  () => {
    const table = read(
      '\uFEFF# about\r\n"a, b",c\r\n\r\n"1",2\r\n# more\r\n3,4',
    );
    assertEquals(table.columns, ["a, b", "c"]);
    assertEquals([...table.values], [1, 2, 3, 4]);
  },
);

Deno.test("readTable() names the file, line and problem of what is not a table", () => {
  const cases: [string, RegExp][] = [
    ["", /x\.csv: it has no rows of numbers$/],
    ["# nothing\n\n", /x\.csv: it has no rows of numbers$/],
    ["a,b\n", /x\.csv: it has column names and no rows of numbers$/],
    ["a,b\n1,2\n3\n", /x\.csv:3: it must have 2 fields .* has 1$/],
    ["1,2\n# c\n3,4,5\n", /x\.csv:3: it must have 2 fields .* has 3$/],
    ["a,b\n1,2\n3,x\n", /x\.csv:3: b must be a number: .* is "x"$/],
    ["a,b\n1,\n", /x\.csv:2: b must be a number: current value is ""$/],
    ["1,NaN\n", /x\.csv:1: the first line must be all names or all numbers/],
    ["1,2\n3,Infinity\n", /x\.csv:2: column 2 must be a number/],
    ["a;b\n1;2", /x\.csv:2: a;b .*; fields are separated by commas$/],
    ['a\n"1', /x\.csv as CSV: /],
  ];
  for (const [content, message] of cases) {
    const error = assertThrows(() => read(content), SyntaxError);
    assertMatch(error.message, message);
  }
  assertThrows(
    () => readTable("nowhere/x.csv"),
    Deno.errors.NotFound,
    "Cannot read nowhere/x.csv: no such file",
  );
});

// Rscript -e 'd <- datasets::faithful;
//   cat(sprintf("%.17g\n", c(colMeans(d), sapply(d, sd))))'
Deno.test("faithful.csv holds the 272 eruptions that R has", () => {
  const table = readTable(`${ROOT}/core/data/faithful.csv`);
  assertEquals(table.columns, ["eruptionMinutes", "waitingMinutes"]);
  assertEquals(table.nRows, 272);
  const { means, deviations } = computeScaling(table);
  assertAlmostEquals(means[0]!, 3.487783088235294, 1e-12);
  assertAlmostEquals(means[1]!, 70.897058823529406, 1e-12);
  assertAlmostEquals(deviations[0]!, 1.1413712511052083, 1e-12);
  assertAlmostEquals(deviations[1]!, 13.594973789999397, 1e-12);
});

Deno.test("takeRows() takes rows in the given order", () => {
  const table = takeRows(createTable(4), [3, 0]);
  assertEquals([...table.values], [6, 7, 0, 1]);
});

Deno.test("splitTable() holds out a fifth, the same for the same stream, and loses no row", () => {
  fc.assert(fc.property(fc.integer({ min: 5, max: 200 }), (nRows) => {
    const split = () =>
      splitTable(createTable(nRows, 1), new RandomStream(1, "s"));
    const { train, heldOut } = split();
    const all = [...train.values, ...heldOut.values].sort((a, b) => a - b);
    assertEquals(all, Array.from({ length: nRows }, (_, i) => i));
    assertEquals(heldOut.nRows, Math.round(nRows / 5));
    assertEquals(split().heldOut.values, heldOut.values);
  }));
  assertThrows(
    () => splitTable(createTable(4), new RandomStream(1, "s")),
    RangeError,
    "at least 5 rows, and this one has 4",
  );
});

Deno.test("standardise() gives each column mean 0 and variance 1", () => {
  const random = new RandomStream(2, "values");
  const values = random.fillNormal(new Float64Array(600));
  const table: Table = {
    columns: ["a", "b", "c"],
    nRows: 200,
    values: values.map((x, i) => i % 3 === 0 ? 1e6 + x : (i % 3) * x - 7),
  };
  const scaled = standardise(table, computeScaling(table));
  const { means, deviations } = computeScaling(scaled);
  for (const mean of means) assertAlmostEquals(mean, 0, 1e-8);
  for (const deviation of deviations) assertAlmostEquals(deviation, 1, 1e-8);
});

Deno.test("computeScaling() refuses a column of equal values", () => {
  const table = {
    columns: ["a"],
    nRows: 3,
    values: new Float64Array([2, 2, 2]),
  };
  assertThrows(
    () => computeScaling(table),
    RangeError,
    "a: its values must differ",
  );
});

Deno.test("computeScaling() refuses values whose squares exceed a double's range", () => {
  for (const size of [1e200, 1e-200]) {
    const values = Float64Array.from([1, 2, 4], (x) => x * size);
    const table = { columns: ["a"], nRows: 3, values };
    assertThrows(() => computeScaling(table), RangeError, "a: its variance");
  }
});

Deno.test("batches() yields every row once, and the last batch may be smaller", () => {
  const sizes = fc.integer({ min: 1, max: 50 });
  fc.assert(fc.property(sizes, sizes, (nRows, batchSize) => {
    const order = new RandomStream(3, "order");
    const all = [...batches(createTable(nRows), { batchSize, order })];
    assertEquals(all.length, Math.ceil(nRows / batchSize));
    assert(all.slice(0, -1).every((batch) => batch.nRows === batchSize));
    const values = all.flatMap((batch) => [...batch.values]);
    const sorted = values.toSorted((a, b) => a - b);
    assertEquals(sorted, Array.from({ length: 2 * nRows }, (_, i) => i));
    // Rows stay whole.
    values.forEach((value, i) => {
      if (i % 2) assertEquals(value, values[i - 1]! + 1);
    });
  }));
});

Deno.test("batches() keeps the table's order without a stream, and shuffles each epoch with one", () => {
  const first = (order?: RandomStream) => {
    const options = { batchSize: 100, ...(order ? { order } : {}) };
    return [...batches(createTable(100, 1), options)][0]!.values.join();
  };
  assertEquals(first(), Array.from({ length: 100 }, (_, i) => i).join());
  const order = new RandomStream(4, "order");
  const epochs = [first(order), first(order)];
  assert(epochs[0] !== epochs[1]);
  assertEquals(first(new RandomStream(4, "order")), epochs[0]);
});

Deno.test(
  "readTable() refuses what a table of numbers cannot have, and says where",
  () => {
    const cases: [text: string, error: typeof Error, message: RegExp][] = [
      ["1,2\n1e999,3\n", SyntaxError, /:2: column 1 .* is "1e999"$/],
      ["1,2\n-1e999,3\n", SyntaxError, /:2: column 1 .* is "-1e999"$/],
      ["a\n1\n\0\n", SyntaxError, /:3: a must be a number/],
      ['1\n"2\n3\n', SyntaxError, /as CSV: Quote Not Closed/],
      [`${"1,".repeat(99_999)}1\n`, RangeError, /4096 columns, and .* 100000$/],
      [`${"9".repeat(2 ** 20 + 9)}\n`, SyntaxError, /Max Record Size/],
      [
        `1\n${"x".repeat(1e5)}\n`,
        SyntaxError,
        /^.{0,400}x…$/,
      ],
      ["[".repeat(1e5), SyntaxError, /column names and no rows/],
    ];
    for (const [text, error, message] of cases) {
      assertMatch(
        assertThrows(() => read(text), error).message,
        message,
      );
    }
    assertThrows(() => readTable("/dev/zero"), RangeError, "not a file");
  },
);

Deno.test(
  "readTable() reads or refuses any text, and reads only finite numbers",
  () => {
    const piece = fc.constantFrom(
      ...["1", "-2.5", "1e999", "NaN", "x", '"', ",", "\n", "\r", "#", "\0"],
      ...["\ufeff", "\u2028", "\x1b[2J", " ", "\t", ";", '"1"', "0x1f", "é"],
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        try {
          const { values, columns, nRows } = read(pieces.join(""));
          assertEquals(values.length, nRows * columns.length);
          assertEquals(values.every(Number.isFinite), true);
        } catch (error) {
          assertMatch((error as Error).message, /^Cannot read /);
        }
      }),
      { numRuns: 500 },
    );
  },
);
