import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type ForgeEvent, forgeError } from '@forge/plugin-api';

/** A log that `forge export` wrote. Rejects with USAGE or INPUT_INVALID. */
export async function readEventFile(directory: string, file: string): Promise<readonly ForgeEvent[]> {
  const path = resolve(directory, file);
  const text = await readFile(path, 'utf8').catch((cause: Error) => {
    throw forgeError('USAGE', `${file} could not be read`, {
      where: path,
      why: cause.message,
      fix: 'check the path',
      cause,
    });
  });
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line, index) => {
      try {
        return JSON.parse(line) as ForgeEvent;
      } catch (cause) {
        throw forgeError('INPUT_INVALID', `Line ${index + 1} of ${file} is not JSON`, {
          where: `${path}:${index + 1}`,
          fix: 'give a file that forge export wrote',
          cause,
        });
      }
    });
}
