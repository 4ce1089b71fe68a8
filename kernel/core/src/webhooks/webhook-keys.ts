import { createHmac, randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Keys of this repository's Forge, each for one purpose, all made from one that never leaves its file. */
export interface WebhookKeys {
  /** The same each time it is asked for. */
  derive(purpose: string): Promise<Buffer>;
}

const length = 32;

export function createWebhookKeys(stateDirectory: () => Promise<string>): WebhookKeys {
  let master: Promise<Buffer> | undefined;
  const load = async (): Promise<Buffer> => {
    const file = join(await stateDirectory(), 'webhook.key');
    // 'wx': of several processes at once, one makes it.
    await writeFile(file, `${randomBytes(length).toString('base64')}\n`, { flag: 'wx', mode: 0o600 }).catch(
      (error: NodeJS.ErrnoException) => {
        if (error.code !== 'EEXIST') throw error;
      },
    );
    const key = Buffer.from(await readFile(file, 'utf8'), 'base64');
    // Another process may be just writing it.
    return key.length === length ? key : load();
  };
  return {
    async derive(purpose) {
      return createHmac('sha256', await (master ??= load()))
        .update(purpose)
        .digest();
    },
  };
}
