import { forgeError, type ForgeError, z } from '@forge/plugin-api';
import { isHTTPError, isTimeoutError } from 'ky';

/** How Jira words its refusals: general ones, and one for each field. */
const refusalSchema = z.object({
  errorMessages: z.array(z.string()).default([]),
  errors: z.record(z.string(), z.string()).default({}),
});

const fixes: Readonly<Record<number, string>> = {
  401: 'ask the person to check JIRA_API_TOKEN and the option "email"',
  403: 'the account may not do this; choose another project, or ask the person',
  404: 'check the key of the project or issue, or that the account may see it',
  429: 'Jira limits how often it may be asked; try again later',
};

/** What went wrong, in words that a model can act on. */
export async function jiraError(error: unknown, site: string): Promise<ForgeError> {
  if (isTimeoutError(error)) return forgeError('TOOL_TIMEOUT', 'Jira did not answer in time', { where: site });
  if (!isHTTPError(error)) {
    return forgeError('TOOL_FAILED', `Jira could not be reached: ${wordsOf(error)}`, { where: site, cause: error });
  }
  const { status } = error.response;
  const refusal = refusalSchema.safeParse(error.data);
  const reasons = refusal.success
    ? [...refusal.data.errorMessages, ...Object.entries(refusal.data.errors).map((field) => field.join(': '))]
    : [];
  const fix = fixes[status];
  return forgeError('TOOL_FAILED', `Jira refused: ${reasons.join('; ') || `HTTP status ${status}`}`, {
    where: site,
    ...(fix === undefined ? {} : { fix }),
    cause: error,
  });
}

/** `fetch` says only that it failed; the reason stands below. */
function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? wordsOf(error.cause) : error.message;
}
