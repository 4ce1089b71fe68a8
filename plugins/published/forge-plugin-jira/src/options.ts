import { z } from '@forge/plugin-api';

const loopback = /^(localhost|127(\.\d+){3}|\[::1\])$/;

export const optionsSchema = z.strictObject({
  /** Such as https://acme.atlassian.net. The token goes there, so plain HTTP is for this machine alone. */
  site: z.url().refine((site) => {
    const { protocol, hostname } = new URL(site);
    return protocol === 'https:' || (protocol === 'http:' && loopback.test(hostname));
  }, 'expected an https address'),
  /** Of the account that the API token belongs to. Without it the token is sent as a bearer. */
  email: z.string().min(1).optional(),
  /** Key of the project for new issues whose call names none. */
  project: z.string().min(1).optional(),
});

export type JiraOptions = z.output<typeof optionsSchema>;
