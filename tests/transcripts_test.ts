import { assertEquals } from "@std/assert";
import { ROOT, testWith } from "../testing/helpers.ts";
import { PAGES, renewTranscripts } from "../testing/transcripts.ts";

for (const page of PAGES) {
  testWith(
    "scripts",
    `the console blocks of ${page} show what the commands print`,
    async () => {
      const text = Deno.readTextFileSync(`${ROOT}/${page}`);
      assertEquals(await renewTranscripts(page), text);
    },
  );
}
