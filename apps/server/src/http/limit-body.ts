import { forgeError } from '@forge/plugin-api';
import type { MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';

/** Pictures of what is wanted come with a task. */
const mostBytes = 10 * 1024 * 1024;
const mostDepth = 32;

/** Bodies that are too large or nested too deep are refused before anything reads them. */
export function limitBody(): MiddlewareHandler {
  const limitBytes = bodyLimit({
    maxSize: mostBytes,
    onError: () => {
      throw forgeError('INPUT_TOO_LARGE', `The body has more than ${mostBytes / 1024 / 1024} MB`, {
        fix: 'send less at once',
      });
    },
  });
  return (context, next) =>
    limitBytes(context, async () => {
      if (depthOf(await context.req.text()) > mostDepth)
        throw forgeError('INPUT_TOO_LARGE', `The body is nested more than ${mostDepth} levels deep`, {
          fix: 'send it flatter',
        });
      await next();
    });
}

/** How deep a JSON text goes, without making anything of it. */
export function depthOf(json: string): number {
  let deepest = 0;
  let depth = 0;
  let quoted = false;
  for (let index = 0; index < json.length; index += 1) {
    const character = json[index];
    if (quoted) {
      if (character === '\\') index += 1;
      else if (character === '"') quoted = false;
    } else if (character === '"') quoted = true;
    else if (character === '{' || character === '[') deepest = Math.max(deepest, (depth += 1));
    else if (character === '}' || character === ']') depth -= 1;
  }
  return deepest;
}
