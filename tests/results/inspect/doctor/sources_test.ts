import { SOURCES } from "../../../../core/store/source.ts";
import { checkDamage, type Damage, write } from "../../../../testing/damage.ts";
import { skipUnlessGranted } from "../../../../testing/helpers.ts";

skipUnlessGranted("files");

const DAMAGE: readonly Damage[] = [
  [
    "runs that were copied without their source",
    (run) => Deno.removeSync(`${run}/../${SOURCES}`, { recursive: true }),
    "note: missing .sources/6f0f.json",
  ],
  [
    "a source file that is another",
    (run) => {
      const files = `${run}/../${SOURCES}/files`;
      for (const { name } of Deno.readDirSync(files)) {
        write(`${files}/${name}`, "// other\n");
      }
    },
    "damaged .sources/files/6f0f",
  ],
  [
    "a source file that is missing",
    (run) => {
      const files = `${run}/../${SOURCES}/files`;
      for (const { name } of Deno.readDirSync(files)) {
        Deno.removeSync(`${files}/${name}`);
      }
    },
    "missing .sources/files/6f0f",
  ],
];

Deno.test("examineSources() finds what was done to stored sources", async (t) => {
  await checkDamage(t, DAMAGE);
});
