import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { all, openApiOf } from './support/open-api.ts';
import { startWorld } from './support/real-server.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const names = ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome'];
const executablePath = (process.env['PATH'] ?? '')
  .split(delimiter)
  .flatMap((folder) => names.map((name) => join(folder, name)))
  .find((path) => existsSync(path));
const missing = executablePath === undefined ? ` (skipped: none of ${names.join(', ')} is on the PATH)` : '';

describe.skipIf(executablePath === undefined)(`the API reference in a real browser${missing}`, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath: executablePath ?? '',
      // Whatever name the page asks for, only this machine is there. In a container there is no other sandbox.
      args: ['--no-sandbox', '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1'],
    });
  });
  afterAll(() => browser.close());

  /** The page, and all that a person would see in its tools. */
  async function open(url: string) {
    const page = await browser.newPage();
    page.setDefaultTimeout(60_000);
    const asked: string[] = [];
    const answered: string[] = [];
    const complaints: string[] = [];
    const violations: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    page.on('requestfinished', (request) => answered.push(request.url()));
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('requestfailed', (request) => complaints.push(`${request.url()} failed`));
    page.on('response', (response) => response.status() >= 400 && complaints.push(`${response.url()} is not there`));
    page.on('console', (message) => /error|warning/.test(message.type()) && complaints.push(message.text()));
    await page.exposeFunction('tellViolation', (directive: string) => void violations.push(directive));
    await page.addInitScript(
      `document.addEventListener('securitypolicyviolation', (event) => tellViolation(event.effectiveDirective));`,
    );
    await page.goto(`${url}/docs`);
    await page.locator('.opblock').first().waitFor();
    return { page, asked, answered, complaints, violations };
  }

  test('shows every operation of the document, opens them, and asks nobody else for anything', async () => {
    const { server } = await startWorld();
    const { page, asked, complaints, violations } = await open(server.url);
    const operations = all(await openApiOf({ server })).map(({ method, path, operation }) => ({
      method,
      path,
      summary: (operation as unknown as { readonly summary: string }).summary,
    }));
    expect(operations.length).toBeGreaterThan(40);
    expect(await shown(page)).toEqual(operations);
    for (const opened of ['startRun', 'listRuns', 'addRepository', 'createWebhook', 'getAutomation']) {
      const operation = page.locator(`[id$="-${opened}"]`);
      await operation.locator('.opblock-summary-control').click();
      await operation.locator('.opblock-body .responses-wrapper').waitFor();
    }
    expect(complaints).toEqual([]);
    expect(violations).toEqual([]);
    expect(asked.filter((url) => !url.startsWith(server.url) && !url.startsWith('data:'))).toEqual([]);
    expect(asked.filter((url) => url === `${server.url}/openapi.json`)).toHaveLength(1);
  });

  test('an operation is tried with a token, and what the server says is shown', async () => {
    const { server } = await startWorld();
    const { page, complaints } = await open(server.url);
    await page.locator('.btn.authorize').click();
    await page.locator('.auth-container input').fill(server.token);
    await page.locator('.auth-btn-wrapper .authorize').click();
    await page.locator('.auth-btn-wrapper .btn-done').click();
    const operation = page.locator('.opblock', { has: page.locator('[data-path="/api/server"]') });
    await operation.locator('.opblock-summary-control').click();
    await operation.locator('.execute').click();
    await operation.locator('.live-responses-table .response-col_status', { hasText: '200' }).waitFor();
    expect(await operation.locator('.live-responses-table').innerText()).toContain(`"pid": ${process.pid}`);
    expect(complaints).toEqual([]);
  });

  test('no script and no picture of anybody else gets in, nor one that is written into the page', async () => {
    const { server } = await startWorld();
    const { page, answered, violations } = await open(server.url);
    await page.evaluate(`
      const written = document.createElement('script');
      written.textContent = 'globalThis.intruder = true';
      const foreign = document.createElement('script');
      foreign.src = 'https://example.org/script.js';
      const picture = document.createElement('img');
      picture.src = 'https://example.org/picture.png';
      document.body.append(written, foreign, picture);
      fetch('https://example.org/').catch(() => {});
    `);
    const expected = ['connect-src', 'img-src', 'script-src-elem', 'script-src-elem'];
    await vi.waitFor(() => expect(violations.toSorted()).toEqual(expected), 60_000);
    expect(await page.evaluate(() => 'intruder' in globalThis)).toBe(false);
    expect(answered.filter((url) => !url.startsWith(server.url) && !url.startsWith('data:'))).toEqual([]);
  });
});

function shown(page: Page) {
  return page.locator('.opblock').evaluateAll((blocks) =>
    blocks.map((block) => {
      const text = (selector: string): string => block.querySelector(selector)?.textContent ?? '';
      return {
        method: text('.opblock-summary-method'),
        path: block.querySelector('.opblock-summary-path')?.getAttribute('data-path') ?? '',
        summary: text('.opblock-summary-description'),
      };
    }),
  );
}
