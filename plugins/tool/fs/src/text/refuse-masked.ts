import { forgeError } from '@forge/plugin-api';

/** Stands in all that a model reads where a secret was. */
const mark = '[masked]';

/**
 * Keeps a model from writing the mark back where the secret stood, which it was not shown. `before` is the text that is
 * replaced; one that has the mark itself may keep it.
 */
export function refuseMasked(written: string, before = ''): void {
  if (!written.includes(mark) || before.includes(mark)) return;
  throw forgeError('TOOL_FAILED', `"${mark}" stands for a secret that you are not shown; written, it would be lost`, {
    fix: 'leave that line alone: change what is around it with fs_edit',
  });
}
