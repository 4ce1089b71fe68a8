import { ForgeFaults, forgeError, type z } from '@forge/plugin-api';

const mostTold = 10;

/** What is wrong with a request, each with its place. */
export function zodFaults({ issues }: Pick<z.ZodError, 'issues'>): Error {
  const faults = issues.slice(0, mostTold).map(({ path, message }) => {
    const where = path.map(String).join('.');
    return forgeError('INPUT_INVALID', where === '' ? message : `${where}: ${message}`, {
      ...(where === '' ? {} : { where }),
      fix: 'correct it; the API reference says what is expected: /docs',
    });
  });
  const [first, second] = faults;
  return first !== undefined && second === undefined ? first : new ForgeFaults(faults);
}
