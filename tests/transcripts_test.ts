import { assertEquals } from "@std/assert";
import { ROOT, skipUnlessGranted } from "../testing/helpers.ts";
import { PAGES, renewTranscripts } from "../testing/transcripts.ts";

skipUnlessGranted("scripts");

for (const page of PAGES) {
  Deno.test(
    `the console blocks of ${page} show what the commands print`,
    async () => {
      const text = Deno.readTextFileSync(`${ROOT}/${page}`);
      assertEquals(await renewTranscripts(page), text);
    },
  );
}
