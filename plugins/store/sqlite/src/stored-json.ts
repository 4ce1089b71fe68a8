import { forgeError } from '@forge/plugin-api';
import type { Row } from '@forge/libsql';

/** Parses a column of JSON text; undefined for NULL. @throws LOG_CORRUPT */
export function storedJson(row: Row, column: string, where: string): unknown {
  const text = row[column];
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text as string);
  } catch (error) {
    throw forgeError('LOG_CORRUPT', `What is stored as ${column} is not JSON`, { where, cause: error });
  }
}
