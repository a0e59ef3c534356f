import { assert } from "@std/assert";
import { renderSvg } from "../../../results/figures/svg.ts";
import { GOLDEN, GOLDEN_FIGURES } from "../../../testing/golden_figures.ts";
import { skipUnlessGranted } from "../../../testing/helpers.ts";

skipUnlessGranted("files");

for (const [name, draw] of Object.entries(GOLDEN_FIGURES)) {
  Deno.test(`the figure ${name} is the picture that a person has looked at`, async () => {
    const svg = await renderSvg((await draw()).spec);
    const golden = Deno.readTextFileSync(`${GOLDEN}/${name}.svg`);
    // Not assertEquals(): the difference of two pictures is no help.
    assert(
      golden === `${svg}\n`,
      `${name}.svg differs: deno task golden writes it again. Look at it, and ` +
        "at what git diff shows, before it is committed",
    );
  });
}
