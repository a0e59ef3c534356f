import { assert, assertEquals, assertMatch } from "@std/assert";
import { renderPdf } from "../../../results/figures/pdf.ts";
import { tempFolder, testWithProgram } from "../../../testing/helpers.ts";

const SVG =
  `<svg xmlns="http://www.w3.org/2000/svg" width="312" height="96" viewBox="0 0 156 48">
<path d="M0,0L50,40" stroke="#0072B2" stroke-dasharray="1,0"/>
<text x="5" y="20" font-family="Inter" font-size="11px">loss 0.11 ± 1</text>
<text x="5" y="40" font-family="Inter" font-weight="600">Rates &amp; models</text>
</svg>`;

testWithProgram(
  "pdftotext",
  "renderPdf() writes text that can be selected, its fonts, and its size",
  async () => {
    using folder = tempFolder();
    const path = `${folder.path}/a.pdf`;
    Deno.writeFileSync(path, await renderPdf(SVG, "Two rates"));
    const ask = async (program: string, ...args: string[]) => {
      const { stdout } = await new Deno.Command(program, { args }).output();
      return new TextDecoder().decode(stdout);
    };
    assertEquals(
      (await ask("pdftotext", path, "-")).match(/\S.*/g),
      ["loss 0.11 ± 1", "Rates & models"],
    );
    const info = await ask("pdfinfo", path);
    // Points: 312 pixels are 3.25 inches.
    assertMatch(info, /Page size: +234 x 72 pts/);
    assertMatch(info, /Title: +Two rates/);
    const fonts = (await ask("pdffonts", path)).trim().split("\n").slice(2)
      .map((line) => line.split(/ +/));
    // Embedded, in part, with the characters that letters stand for.
    assertEquals(
      fonts.map((
        [name, , , , ...flags],
      ) => [name!.slice(7), ...flags.slice(0, 3)]),
      [["Inter-Regular", "yes", "yes", "yes"], [
        "Inter-SemiBold",
        "yes",
        "yes",
        "yes",
      ]],
    );
  },
);

Deno.test("renderPdf() makes the same bytes each time, and few", async () => {
  const pdf = await renderPdf(SVG);
  assertEquals(await renderPdf(SVG), pdf);
  assert(pdf.length < 20_000, String(pdf.length));
});
