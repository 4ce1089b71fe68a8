import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { lockFileName } from '../installation/plugin-lock.ts';
import { findPlaces } from '../state/places.ts';
import { hashCode } from '../trust/content-hash.ts';
import { findProjectConfig, findUserConfig } from './find-config.ts';

/**
 * Changes with every file that the configuration of a folder is read from: the person's, the project's with what it
 * imports by relative paths, and the lock of its plugins. Reads, and runs nothing; never throws.
 */
export function configurationStamp(cwd: string, env: Readonly<Record<string, string | undefined>>): string {
  const { project, userConfig } = findPlaces(cwd, env);
  try {
    const own = findProjectConfig(cwd, project);
    const lock = join(own === undefined ? project : dirname(own), lockFileName);
    const files = [findUserConfig(userConfig), own, lock].filter((file) => file !== undefined && existsSync(file));
    return files.map((file) => hashCode(file ?? '')).join(' ');
  } catch (error) {
    // Who opens it is told.
    return String(error);
  }
}
