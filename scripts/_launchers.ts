import type { Launcher } from "../core/sweep/launchers/launcher.ts";
import { localLauncher } from "../core/sweep/launchers/local.ts";
import type { Launch } from "../core/sweep/manifest.ts";

/**
 * Finds the launcher of a launch by its type.
 *
 * @param launch What `launch.json` holds.
 * @returns The launcher.
 * @throws {RangeError} If this version has no such launcher.
 */
export function findLauncher({ type, ...options }: Launch): Launcher {
  switch (type) {
    case "local":
      return localLauncher(Number(options.jobs));
    default:
      throw new RangeError(
        `Cannot follow the sweep: this version of Whisker has no launcher ` +
          `"${type}"`,
      );
  }
}
