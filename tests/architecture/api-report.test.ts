import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { apiReport, reportPath } from '@forge/api-report';
import { expect, it } from 'vitest';
import { root } from './packages.ts';

it('the report of the plugin API is current; npm run api-report writes it anew, and a review approves it', () => {
  expect(readFileSync(join(root, reportPath), 'utf8')).toBe(apiReport(root));
});
