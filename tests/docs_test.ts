import { assert, assertEquals } from "@std/assert";
import { ROOT, skipUnlessGranted } from "../testing/helpers.ts";

skipUnlessGranted("scripts");

/**
 * Types of packages that public functions name. The linter would have them
 * exported and documented here.
 */
const FOREIGN =
  /references private type '(LayersModel|Layer|LayerVariable|Shape|SymbolicTensor|Tensor|ConfigDict|Element|TopLevelSpec|Config)'/;

const FOLDERS = ["core", "results", "scripts", "shims"];

/** All files with public symbols; a name with `_` before it is private. */
function publicFiles(folder: string): string[] {
  return [...Deno.readDirSync(`${ROOT}/${folder}`)].flatMap(
    ({ name, isDirectory }) => {
      const path = `${folder}/${name}`;
      if (isDirectory) return publicFiles(path);
      return /^[a-z]\w*(?<!_bench)\.ts$/.test(name) ? [path] : [];
    },
  );
}

/** What the linter has against these files. */
async function lint(files: readonly string[]): Promise<string[]> {
  const { stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", "--lint", "--quiet", ...files],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const [, ...errors] = new TextDecoder().decode(stderr).split(/^error\[/m);
  // What is only exported again is documented by its own package.
  const own = `--> ${Deno.realPathSync(ROOT)}/`;
  return errors.filter((error) => error.includes(own) && !FOREIGN.test(error));
}

Deno.test("every public symbol is documented", async () => {
  const files = FOLDERS.flatMap(publicFiles);
  assert(files.length > 30);
  assertEquals(await lint(files), []);
});

Deno.test("the front door has every type that it names", async () => {
  assertEquals(await lint(["core/mod.ts"]), []);
});
