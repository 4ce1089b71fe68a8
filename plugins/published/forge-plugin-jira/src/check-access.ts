import { faultsOf, type ProbeResult } from '@forge/plugin-api';
import { isHTTPError } from 'ky';
import type { JiraClient } from './jira-client.ts';
import type { JiraOptions } from './options.ts';

/** What a person does about a refusal, by its status. */
const remedies: Readonly<Record<number, (options: JiraOptions) => string>> = {
  401: ({ email }) =>
    email === undefined
      ? 'JIRA_API_TOKEN is sent as a personal access token: set a valid one, or, for Jira Cloud, the option "email" of the account that it belongs to'
      : `set JIRA_API_TOKEN to a valid API token of ${email} (id.atlassian.com, Security, API tokens), or correct the option "email"`,
  403: () =>
    'log in to the site once in a browser: after failed logins Jira wants a person to; or the account may not use Jira',
  404: ({ site }) => `there is no REST API v3 of Jira at ${site}: correct the option "site"`,
  429: () => 'Jira is asked too often at the moment: try again later',
};

/** Asks Jira whose the token is, and says what to do where it is not taken. */
export async function checkAccess(client: JiraClient, options: JiraOptions, signal: AbortSignal): Promise<ProbeResult> {
  try {
    const { displayName, emailAddress } = await client.whoAmI(signal);
    return { ok: true, detail: `${options.site} knows the token as ${emailAddress ?? displayName}` };
  } catch (error) {
    signal.throwIfAborted();
    const [fault] = faultsOf(error);
    const cause = fault?.cause;
    const remedy = isHTTPError(cause)
      ? remedies[cause.response.status]?.(options)
      : `is "site" right (${options.site})?`;
    return { ok: false, detail: [fault?.message, remedy].filter(Boolean).join(' — ') };
  }
}
