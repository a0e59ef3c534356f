import {
  assert,
  assertEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  integer,
  number,
  text,
  texts,
  toggle,
} from "../../core/config/fields.ts";
import { formatFlag, formatHelp, parseFlags } from "../../core/config/flags.ts";
import { modelConfigSchema } from "../../core/diffusion/model_config.ts";
import { ConfigError, ConfigSchema } from "../../core/config/schema.ts";

const schema = new ConfigSchema({
  nSteps: integer({ default: 5, min: 1, description: "how many" }),
  shift: number({ default: 0, description: "how far" }),
  note: text({ default: "", description: "a note" }),
  tag: texts({ default: [], description: "a tag" }),
  json: toggle({ default: false, description: "as JSON" }),
  help: toggle({ default: false, description: "this help" }),
});

const parse = (...args: string[]): Record<string, unknown> => {
  const flags = parseFlags(args, [schema]);
  return { ...flags.readSource(schema).values, _: flags.positionals };
};

Deno.test("parseFlags() reads values after a space and after an equals sign", () => {
  assertEquals(parse("--n-steps", "7", "--shift=0.5"), {
    nSteps: 7,
    shift: 0.5,
    _: [],
  });
});

Deno.test("parseFlags() reads negative values and values that begin with a dash", () => {
  assertEquals(parse("--shift", "-2.5", "--note", "-x"), {
    shift: -2.5,
    note: "-x",
    _: [],
  });
  assertEquals(parse("--note=--y").note, "--y");
});

Deno.test("parseFlags() collects a flag that may be repeated", () => {
  assertEquals(parse("--tag", "a", "--tag=b=c"), { tag: ["a", "b=c"], _: [] });
});

Deno.test("parseFlags() refuses a flag of one value that is given twice", () => {
  const error = assertThrows(
    () => parseFlags(["--n-steps=1", "--n-steps", "2"], [schema], "A note"),
    ConfigError,
  );
  assertEquals(error.problems, ["--n-steps is given twice", "A note"]);
});

Deno.test("parseFlags() keeps positional arguments as texts, and all after --", () => {
  assertEquals(parse("007", "--json", "latest")._, ["007", "latest"]);
});

Deno.test("parseFlags() returns only what was given", () => {
  assertEquals(parse(), { _: [] });
  assertEquals(parse("--json=false"), { json: false, _: [] });
  assertEquals(parse("--json=banana").json, "banana"); // For the schema.
});

Deno.test("parseFlags() names the nearest flag of an unknown one", () => {
  const error = assertThrows(
    () => parse("--n-step", "3", "--frobnicate", "--nSteps=1"),
    ConfigError,
  );
  assertEquals(error.problems, [
    "Unknown flag --n-step: did you mean --n-steps?",
    "Unknown flag --frobnicate: choose from --n-steps, " +
    "--shift, --note, --tag, --json, --help",
    "Unknown flag --nSteps: did you mean --n-steps?",
  ]);
});

Deno.test("parseFlags() tells the rule of a flag whose value is missing", () => {
  for (const args of [["--n-steps"], ["--n-steps", "--json"]]) {
    assertThrows(
      () => parse(...args),
      ConfigError,
      "--n-steps needs a value: a whole number",
    );
  }
});

Deno.test("parseFlags() refuses empty values, as those of unset variables are", () => {
  const error = assertThrows(
    () => parse("--note", "", "--tag=a", "--tag=", "--n-steps=", "--json="),
    ConfigError,
  );
  assertEquals(error.problems, [
    "--n-steps has an empty value: write --n-steps <integer>, or omit it",
    "--note has an empty value: write --note <text>, or omit it",
    "--tag has an empty value: write --tag <text>, or omit it",
    "--json has an empty value: write --json, or omit it",
  ]);
});

Deno.test("parseFlags() leaves wrong values to the schema, which names the flag", () => {
  const flags = parseFlags(["--n-steps", "-1", "--shift", "far"], [schema]);
  const error = assertThrows(
    () => schema.resolve([flags.readSource(schema)]),
    ConfigError,
  );
  assertEquals(error.message.split("\n"), [
    "--n-steps must be a whole number of at least 1, not -1",
    '--shift must be a number, not "far"',
  ]);
});

Deno.test("a switch can be turned off, and allows only true or false", () => {
  const ema = new ConfigSchema({
    ema: toggle({ default: true, description: "an average" }),
  });
  const resolve = (...args: string[]) =>
    ema.resolve([parseFlags(args, [ema]).readSource(ema)]).ema;
  assertEquals(resolve(), true);
  assertEquals(resolve("--ema=false"), false);
  assertEquals(resolve("--ema"), true);
  assertThrows(
    () => resolve("--ema=no"),
    ConfigError,
    '--ema must be true or false, not "no"',
  );
});

Deno.test("parseFlags() refuses two keys that would be one flag", () => {
  assertThrows(
    () => parseFlags([], [schema, schema]),
    TypeError,
    "Cannot use --n-steps for two keys",
  );
});

Deno.test("formatFlag() gives every key of the configuration a flag of its own", () => {
  const flags = modelConfigSchema.keys.map(formatFlag);
  assertEquals(new Set(flags).size, flags.length);
  assertEquals(formatFlag("nTrain"), "--n-train");
});

const help = (width?: number) =>
  formatHelp({
    summary: "Do.",
    usage: ["do [flags]", "do --resume RUN"],
    notes: ["RUN is what is meant by a word that takes more than one line."],
    flags: { Configuration: modelConfigSchema },
    examples: ["do --seed 1"],
  }, width);

Deno.test("formatHelp() lists every flag with its default", () => {
  const text = help(Infinity);
  for (const key of modelConfigSchema.keys) {
    assertStringIncludes(text, formatFlag(key));
    assertStringIncludes(text, modelConfigSchema.field(key).description);
  }
  assertStringIncludes(text, "[default: 128,64,32]");
});

Deno.test("formatHelp() fits the terminal", () => {
  for (const width of [60, 80, 100]) {
    const lines = help(width).split("\n");
    for (const line of lines) assert(line.length <= width, line);
  }
  assertEquals(help().split("\n").slice(0, 5), [
    "Do.",
    "",
    "Usage: do [flags]",
    "       do --resume RUN",
    "",
  ]);
});

Deno.test("formatHelp() shows what a default means if its value does not tell", () => {
  const schema = new ConfigSchema({
    clip: number({ default: 0, defaultText: "off", description: "a norm" }),
    ema: toggle({ default: true, description: "an average" }),
    json: toggle({ default: false, description: "as JSON" }),
  });
  const text = formatHelp({
    summary: "Do.",
    usage: ["do"],
    flags: { Flags: schema },
    examples: [],
  });
  assertStringIncludes(
    text,
    "  --clip <number>  a norm [default: off]\n" +
      "  --ema            an average [default: on]\n" +
      "  --json           as JSON\n",
  );
});
