import { forgeError, isForgeError } from '@forge/plugin-api';
import { jsonOf, type Row } from '@forge/libsql';

/** A column of JSON text; undefined for NULL. @throws LOG_CORRUPT, which says where */
export function storedJson(row: Row, column: string, where: string): unknown {
  try {
    return jsonOf(row, column);
  } catch (error) {
    if (!isForgeError(error)) throw error;
    throw forgeError('LOG_CORRUPT', `The store is damaged: ${error.message}`, { where, cause: error });
  }
}
