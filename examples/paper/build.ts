/**
 * `deno task paper`: makes a paper from runs. Its tables and figures are what
 * the commands below write; nobody touches them afterwards.
 *
 * @module
 */

import { defineCommand, main } from "../../scripts/_command.ts";

const FOLDER = "examples/paper";
const BUILD = `${FOLDER}/build`;

const NEEDS =
  "Needs pdflatex: apt-get install texlive-latex-extra texlive-science";

const ERRORS = "--runs studies/least-squares/runs";
const ABLATION = "--runs studies/ablations/runs --where source=model " +
  "--where nSteps=20 --where dataset=checkerboard " +
  "--where inputEmbedding=fourier --where hiddenLayerSizes=64,64,64 " +
  "--where nTimesteps=1000 --where betaSchedule=linear " +
  "--where timeEmbedding=sinusoidal --where prediction=noise";

/** The tables: arguments of `compare`, the caption, and further flags. */
export const TABLES: Readonly<
  Record<string, { flags: string; caption: string; print?: string }>
> = {
  errors: {
    flags: `${ERRORS} --metric squared-error/held-out --rows learningRate ` +
      "--cols degree",
    caption: "Squared error on held-out eruptions, in square minutes.",
  },
  rates: {
    flags: `${ABLATION} --planned --metric mmd2 --rows learningRate ` +
      "--baseline learningRate=0.003 --sort learningRate",
    caption: "Discrepancy of generated points by the learning rate.",
    print: "--siunitx",
  },
  quality: {
    flags: "--runs studies/diffusion/runs --metric sliced-wasserstein " +
      "--rows dataset,sampler --cols source --sort dataset",
    caption: "Sliced Wasserstein distance to fresh points of each dataset.",
    print: "--width text",
  },
};

/** The figures: arguments of `plot`. */
const FIGURES: Readonly<Record<string, string>> = {
  errors: `${ERRORS} --y squared-error/held-out --x learningRate ` +
    "--series degree --ci 95",
  rates: `${ABLATION} --y mmd2 --x learningRate --ci 95`,
};

/** Runs a program; what it prints on stdout is returned, unless it fails. */
async function run(program: string, args: readonly string[], cwd = ".") {
  const command = new Deno.Command(program, {
    args: [...args],
    cwd,
    stdin: "null",
  });
  let output: Deno.CommandOutput;
  try {
    output = await command.output();
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
    throw new Error(`Cannot find ${program}. ${NEEDS}`, { cause });
  }
  const { success, stdout, stderr } = output;
  const decoder = new TextDecoder();
  const text = decoder.decode(stdout);
  if (success) return text;
  const said = decoder.decode(stderr).trim() || text.slice(-2000);
  throw new Error(`${program} ${args.join(" ")} failed:\n${said}`);
}

/** Runs one of Whisker's scripts under its own permission set. */
function runScript(
  name: string,
  args: readonly string[],
  grants: readonly string[] = [],
) {
  return run("deno", [
    ...["run", "--quiet", "--no-prompt", `-P=${name}`],
    ...grants,
    `scripts/${name}.ts`,
    ...args,
  ]);
}

/**
 * Makes the paper.
 *
 * @returns The path of the PDF.
 */
export async function buildPaper(): Promise<string> {
  await Deno.mkdir(BUILD, { recursive: true });
  for (const [name, { flags, caption, print = "" }] of Object.entries(TABLES)) {
    const text = await runScript("compare", [
      ...`${flags} ${print} --format latex --label tab:${name}`.split(/ +/),
      ...["--caption", caption],
    ]);
    await Deno.writeTextFile(`${BUILD}/${name}.tex`, text);
  }
  for (const [name, flags] of Object.entries(FIGURES)) {
    const out = `--width column --out ${BUILD}/${name}.pdf`;
    // By itself, plot may write into figures/ alone.
    const grants = [
      `--allow-read=./runs,./studies,${BUILD}`,
      `--allow-write=${BUILD}`,
    ];
    await runScript("plot", `${flags} ${out}`.split(" "), grants);
  }
  // The second time for references, which the first has collected.
  const args = ["-interaction=nonstopmode", "-halt-on-error"];
  for (let pass = 1; pass <= 2; pass++) {
    await run(
      "pdflatex",
      [...args, "-output-directory=build", "paper.tex"],
      FOLDER,
    );
  }
  return `${BUILD}/paper.pdf`;
}

const command = defineCommand({
  name: "paper",
  summary: "Make the example paper from runs: tables, figures, PDF.",
  usage: [""],
  notes: [NEEDS],
  examples: ["deno task paper"],
  flags: {},
  run: async () => ({ text: await buildPaper() }),
});

if (import.meta.main) main(command);
