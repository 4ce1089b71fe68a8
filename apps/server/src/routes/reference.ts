import { readFile } from 'node:fs/promises';
import type { ServerApp } from '../http/environment.ts';
import { swaggerFile } from '../reference/swagger-file.ts';

export const securityScheme = {
  type: 'http',
  scheme: 'bearer',
  description: 'Made with `forge token create`. Scopes: read, run, approve, admin.',
} as const;

/** Nothing of the page may ask anybody else for anything. */
const policy =
  "default-src 'none'; script-src 'self' 'sha256-HASH'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
  "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const start =
  "SwaggerUIBundle({ url: '/openapi.json', dom_id: '#reference', deepLinking: true, tryItOutEnabled: true });";

const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Forge HTTP API</title>
    <link rel="stylesheet" href="/docs/swagger-ui.css">
    <link rel="icon" href="data:,">
  </head>
  <body>
    <div id="reference"></div>
    <script src="/docs/swagger-ui.js"></script>
    <script>${start}</script>
  </body>
</html>
`;

/** The OpenAPI document, and a page that shows it. The browser gets all of it from this server. */
export function addReferenceRoutes(app: ServerApp, version: string, hashOf: (text: string) => string): void {
  app.openAPIRegistry.registerComponent('securitySchemes', 'token', securityScheme);
  app.doc31('/openapi.json', {
    openapi: '3.1.0',
    info: {
      title: 'Forge',
      version,
      description: 'From a task in plain words and a git repository to a planned, reviewed and tested branch.',
      license: { name: 'MIT' },
    },
    servers: [{ url: '/' }],
  });
  const headers = { 'content-security-policy': policy.replace('HASH', hashOf(start)) };
  app.get('/docs', (context) => context.html(page, 200, headers));
  for (const [path, name, type] of [
    ['/docs/swagger-ui.css', 'swagger-ui.css', 'text/css'],
    ['/docs/swagger-ui.js', 'swagger-ui-bundle.js', 'text/javascript'],
  ] as const) {
    app.get(path, async (context) =>
      context.body(await readFile(swaggerFile(name)), 200, { 'content-type': type, 'cache-control': 'max-age=3600' }),
    );
  }
}
