import { assertEquals } from "@std/assert";
import { readCommit } from "../../core/run/environment.ts";
import { ROOT, skipUnlessGranted, tempFolder } from "../../testing/helpers.ts";

skipUnlessGranted("scripts");

const COMMIT = "0123456789abcdef0123456789abcdef01234567";
const OTHER = `f${COMMIT.slice(1)}`;

/** Writes files below a folder, by their paths. */
function write(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    const parent = `${folder}/${path}`.replace(/\/[^/]*$/, "");
    Deno.mkdirSync(parent, { recursive: true });
    Deno.writeTextFileSync(`${folder}/${path}`, text);
  }
}

Deno.test("readCommit() reads a branch, loose or packed", () => {
  using folder = tempFolder();
  const git = `${folder.path}/.git`;
  const packed = `# pack-refs with: peeled\n${OTHER} refs/heads/x\n` +
    `${COMMIT} refs/heads/a/main\n`;
  write(git, { HEAD: "ref: refs/heads/a/main\n", "packed-refs": packed });
  assertEquals(readCommit(git), COMMIT);
  write(git, { "refs/heads/a/main": `${OTHER}\n` });
  assertEquals(readCommit(git), OTHER);
});

Deno.test("readCommit() reads a detached head and a worktree", () => {
  using folder = tempFolder();
  const git = `${folder.path}/.git`;
  write(git, {
    HEAD: `${COMMIT}\n`,
    "refs/heads/main": OTHER,
    "worktrees/w/HEAD": "ref: refs/heads/main\n",
    "worktrees/w/commondir": "../..\n",
  });
  assertEquals(readCommit(git), COMMIT);
  const worktree = `${folder.path}/worktree.git`;
  write(folder.path, { "worktree.git": `gitdir: ${git}/worktrees/w\n` });
  assertEquals(readCommit(worktree), OTHER);
});

Deno.test("readCommit() is null where there is no commit", () => {
  using folder = tempFolder();
  const git = `${folder.path}/.git`;
  assertEquals(readCommit(git), null);
  write(git, { HEAD: "ref: refs/heads/main\n" });
  assertEquals(readCommit(git), null);
  write(git, { HEAD: "ref: ../../secret\n" });
  assertEquals(readCommit(git), null);
});

Deno.test("readCommit() says what git says", () => {
  const { success, stdout } = new Deno.Command("git", {
    args: ["rev-parse", "HEAD"],
    cwd: ROOT,
    stderr: "null",
  }).outputSync();
  if (!success) return;
  const commit = new TextDecoder().decode(stdout).trim();
  assertEquals(readCommit(`${ROOT}/.git`), commit);
});
