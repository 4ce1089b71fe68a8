import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { apiReport, reportPath } from './api-report.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
writeFileSync(join(root, reportPath), apiReport(root));
