/**
 * Mounts a file system in memory until the end of its scope.
 *
 * @param path The folder to mount it on.
 * @param options The options of tmpfs: `size=8k`, `ro`.
 * @returns What unmounts it; null where nothing may be mounted.
 */
export async function mount(
  path: string,
  options: string,
): Promise<Disposable | null> {
  try {
    const args = ["-t", "tmpfs", "-o", options, "tmpfs", path];
    const { success } = await new Deno.Command("mount", { args }).output();
    if (!success) return null;
  } catch {
    return null;
  }
  return {
    [Symbol.dispose]: () => {
      new Deno.Command("umount", { args: ["-l", path] }).outputSync();
    },
  };
}
