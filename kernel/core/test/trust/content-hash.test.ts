import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createCodeLoader } from '../../src/plugins/load-module.ts';
import { hashCode } from '../../src/trust/content-hash.ts';
import { temporaryFolder, writeFiles } from '../support/temporary-folder.ts';

describe('the hash of code', () => {
  it.each<[string, string, string]>([
    ['a module in TypeScript', "import x from './help.ts';", 'help.ts'],
    ['a module in TypeScript, by the name of what is made of it', "import x from './help.js';", 'help.ts'],
    ['a module without its ending', "import x from './help';", 'help.mjs'],
    ['a module of CommonJS', "import x from './help';", 'help.cts'],
    ['a folder', "import x from './help';", 'help/index.mts'],
    ['what a folder names as its main file', "import x from './help';", 'help/package.json'],
    ['the folder itself', "import x from '.';", 'index.ts'],
    ['a module that is wanted later', "const x = await import('./help.ts');", 'help.ts'],
    ['a module in a template', 'const x = await import(`./help.ts`);', 'help.ts'],
    ['a module that is required', "const x = require('./help');", 'help.json'],
  ])('changes with %s', (_, text, file) => {
    const folder = temporaryFolder({ 'forge.config.ts': text });
    writeFiles(folder, { [file]: '1' });
    const before = hashCode(join(folder, 'forge.config.ts'));
    writeFileSync(join(folder, file), '2');
    expect(hashCode(join(folder, 'forge.config.ts'))).not.toBe(before);
  });

  it('changes with whichever of two files the loader takes', async () => {
    const folder = temporaryFolder({
      'forge.config.ts': "import { given } from './help';\nexport default { given };",
      'help.ts': "export const given = 'TypeScript';",
    });
    const file = join(folder, 'forge.config.ts');
    const before = hashCode(file);
    writeFiles(folder, { 'help.js': "export const given = 'JavaScript';" });
    const loaded = await createCodeLoader({ cacheFolder: temporaryFolder() })(file);
    expect(loaded).toEqual({ given: 'JavaScript' });
    expect(hashCode(file)).not.toBe(before);
  });
});
