/**
 * `deno task speed` among the benchmarks: training and sampling beside PyTorch, where
 * that is installed.
 *
 * @module
 */

const { success } = await new Deno.Command(Deno.execPath(), {
  args: [
    ...["run", "--quiet", "--no-prompt", "--no-lock", "-P=bench"],
    "measure.ts",
  ],
  cwd: import.meta.dirname!,
  stdin: "null",
  stdout: "inherit",
  stderr: "inherit",
}).spawn().status;
if (!success) throw new Error("Cannot measure speed: see above");
