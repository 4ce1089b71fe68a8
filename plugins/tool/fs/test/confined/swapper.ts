import { existsSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';

// Swaps a folder for a link to a folder outside and back, as fast as it can, until it is killed.
const [workspace, outside] = process.argv.slice(2) as [string, string];
const [folder, aside] = [join(workspace, 'folder'), join(workspace, 'aside')];

function swap(): void {
  renameSync(folder, aside);
  symlinkSync(outside, folder);
  rmSync(folder);
  renameSync(aside, folder);
}

/** A call under test may have made the folder while it was away, and may still be writing into it. */
function restore(): void {
  if (!existsSync(aside)) return;
  rmSync(folder, { recursive: true, force: true });
  renameSync(aside, folder);
}

process.send?.('ready');
for (;;) {
  for (const step of [swap, restore]) {
    try {
      step();
    } catch {
      // Tried again in the next round.
    }
  }
}
