import { createHmac, randomBytes } from 'node:crypto';
import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { forgeError } from '@forge/plugin-api';

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
    const text = (await readKey(file)) ?? (await makeKey(file));
    const key = Buffer.from(text, 'base64');
    if (key.length === length) return key;
    throw forgeError('STORE_CORRUPT', 'The key that signs webhooks and links cannot be read', {
      where: file,
      fix: 'remove the file: another key is made, and receivers get its secrets: forge webhook list',
    });
  };
  return {
    async derive(purpose) {
      master ??= load().catch((error: unknown) => {
        master = undefined;
        throw error;
      });
      return createHmac('sha256', await master)
        .update(purpose)
        .digest();
    },
  };
}

async function readKey(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
}

/** Of several processes at once, one makes it; a file of that name is whole from the beginning, whoever dies. */
async function makeKey(file: string): Promise<string> {
  const fresh = `${file}.${randomBytes(6).toString('hex')}.tmp`;
  await writeFile(fresh, `${randomBytes(length).toString('base64')}\n`, { mode: 0o600 });
  try {
    await link(fresh, file).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(fresh, { force: true });
  }
  return readFile(file, 'utf8');
}
