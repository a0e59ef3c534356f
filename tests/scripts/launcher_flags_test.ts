import { assertEquals, assertThrows } from "@std/assert";
import { ConfigError } from "../../core/config/schema.ts";
import {
  changeLaunch,
  chooseLaunch,
  findLauncher,
  launcherSchema,
} from "../../scripts/_launcher_flags.ts";

const choose = (values: Record<string, unknown>) =>
  chooseLaunch({ ...launcherSchema.parse(values), jobs: 2 });

Deno.test("a sweep is launched on this machine, or by Slurm with its flags", () => {
  assertEquals(choose({}), { type: "local", jobs: 2 });
  const slurm = choose({
    launcher: "slurm",
    time: "8:00:00",
    sbatchArg: ["x"],
  });
  assertEquals(slurm.type, "slurm");
  assertEquals([slurm.time, slurm.pack, slurm.jobs], ["8:00:00", 1, undefined]);
  assertThrows(() => choose({ mem: "4G" }), ConfigError, "--mem");
  assertThrows(() => choose({ launcher: "slurm", time: "8h" }), ConfigError);
  assertThrows(() => choose({ launcher: "slurm", then: "rm x" }), ConfigError);
});

Deno.test("a sweep is launched again as before, but for the flags given", () => {
  const slurm = choose({
    launcher: "slurm",
    time: "1:00:00",
    partition: "cpu",
  });
  const again = changeLaunch(slurm, { time: "2:00:00", retryFailed: true });
  assertEquals(again, { ...slurm, time: "2:00:00" });
  assertEquals(changeLaunch(choose({}), { jobs: 4 }).jobs, 4);
  assertThrows(() => changeLaunch(choose({}), { pack: 2 }), ConfigError);
});

Deno.test("findLauncher() names a launcher that it does not know", () => {
  assertThrows(() => findLauncher({ type: "cloud" }), RangeError, "cloud");
});
