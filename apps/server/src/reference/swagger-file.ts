import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

/** The place of a file of Swagger UI: beside the bundle, which brings it along, else in its package. */
export function swaggerFile(name: 'swagger-ui.css' | 'swagger-ui-bundle.js'): string {
  const bundled = fileURLToPath(new URL(`../../reference/${name}`, import.meta.url));
  return existsSync(bundled) ? bundled : createRequire(import.meta.url).resolve(`swagger-ui-dist/${name}`);
}
