import type { StoredRequest } from '@forge/plugin-api';
import { html } from 'hono/html';

/** Text in which all that came from elsewhere is escaped. */
type Page = ReturnType<typeof html>;

/** Nothing of the page asks anybody else for anything, no script runs, and its address is told to no other site. */
export const pageHeaders = {
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  // Not `no-referrer`: with it, browsers hide from which site a form comes.
  'referrer-policy': 'same-origin',
  'cache-control': 'no-store',
  'x-robots-tag': 'noindex',
};

/**
 * What is asked, with the buttons that decide. What came from runs is shown as text. `asked`: the people whose word it
 * takes, when that is not anybody's; then the buttons take a token.
 */
export function decidePage(
  { kind, title, body, options }: StoredRequest,
  task: string,
  asked: readonly string[] | undefined,
): Page {
  const named = html`<p>It takes the word of: ${(asked ?? []).join(', ')}.</p>
    <p><label>Your token<br /><input name="token" type="password" autocomplete="off" size="60" required /></label></p>`;
  const reason = html`<p><label>Why (may be left out)<br /><input name="reason" size="60" maxlength="2000" /></label></p>`;
  const approval = html`${asked === undefined ? '' : named}${reason}
    <button name="approved" value="yes">Approve</button> <button name="approved" value="no">Reject</button>`;
  const question = html`${options.map(
    ({ id, label }) => html`<p><button name="answer" value="${id}">${label}</button></p>`,
  )}`;
  const words = html`<form method="post">
    <p><label>In your own words<br /><input name="answer" size="60" maxlength="10000" required /></label></p>
    <button>Answer</button>
  </form>`;
  return layout(
    title,
    html`<p class="task">${task}</p>
      <h1>${title}</h1>
      <pre>${body}</pre>
      <form method="post">${kind === 'approval' ? approval : question}</form>
      ${kind === 'question' ? words : ''}`,
  );
}

export function messagePage(message: string, fix?: string): Page {
  return layout(message, html`<h1>${message}</h1>${fix === undefined ? '' : html`<p>${fix}</p>`}`);
}

function layout(title: string, content: Page): Page {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title} · Forge</title>
        <style>
          body { font: 1rem/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }
          pre { white-space: pre-wrap; overflow-wrap: anywhere; }
          .task { color: #666; }
          button { font: inherit; padding: 0.3rem 1rem; }
        </style>
      </head>
      <body>
        ${content}
      </body>
    </html>`;
}
