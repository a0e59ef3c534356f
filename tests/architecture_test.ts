import { assertEquals } from "@std/assert";
import { dirname, join, normalize } from "@std/path";
import { ROOT, skipUnlessGranted } from "../testing/helpers.ts";

skipUnlessGranted("files");

/** Rooms that each room imports, itself left out. */
type Graph = Map<string, Set<string>>;

function sourceFiles(folder: string): string[] {
  return [...Deno.readDirSync(`${ROOT}/${folder}`)].flatMap(
    ({ name, isDirectory }) => {
      const path = `${folder}/${name}`;
      if (isDirectory) return sourceFiles(path);
      return /(?<!_bench)\.ts$/.test(name) ? [path] : [];
    },
  );
}

function findRoom(path: string): string | null {
  const [top, room, file] = path.split("/");
  if (top === "scripts") return top;
  if (path === "core/experiment.ts") return "core/run";
  return file === undefined ? null : `${top}/${room}`;
}

function readImports(): Graph {
  const graph: Graph = new Map();
  for (const path of ["core", "results", "scripts"].flatMap(sourceFiles)) {
    const text = Deno.readTextFileSync(`${ROOT}/${path}`);
    const code = text.replaceAll(/^\s*\*.*$/gm, ""); // Examples in comments.
    for (
      const [, specifier] of code.matchAll(
        /(?:from|import)\s*\(?\s*"(\.[^"]+)"/g,
      )
    ) {
      const from = findRoom(path);
      const to = findRoom(normalize(join(dirname(path), specifier!)));
      if (from === null || to === null || from === to) continue;
      graph.getOrInsertComputed(from, () => new Set()).add(to);
    }
  }
  return graph;
}

/** Rooms that can be reached from a room, without one of its own arrows. */
function reach(graph: Graph, from: string, without?: string): Set<string> {
  const reached = new Set<string>();
  const pending = [...graph.get(from) ?? []].filter((to) => to !== without);
  while (pending.length > 0) {
    const room = pending.pop()!;
    if (reached.has(room)) continue;
    reached.add(room);
    pending.push(...graph.get(room) ?? []);
  }
  return reached;
}

Deno.test("no room imports itself by way of others", () => {
  const graph = readImports();
  const circular = [...graph.keys()].filter((room) =>
    reach(graph, room).has(room)
  );
  assertEquals(circular, []);
});

Deno.test("the diagram of ARCHITECTURE.md is that of the imports", () => {
  const graph = readImports();
  const arrows = [...graph].flatMap(([from, rooms]) =>
    [...rooms].filter((to) => !reach(graph, from, to).has(to))
      .map((to) => `${from} --> ${to}`)
  );
  const text = Deno.readTextFileSync(`${ROOT}/ARCHITECTURE.md`);
  const drawn = text.matchAll(/^ {2}(\S+ --> \S+)$/gm);
  assertEquals(
    Array.from(drawn, ([, arrow]) => arrow!).sort(),
    arrows.sort(),
  );
});
