import { describe, expect, test } from 'vitest';
import { askForBuiltins, finishOutput } from '../src/finish-output.ts';

describe("Node's own modules are asked for by name", () => {
  test.each([
    ['import path from "node:path";', 'const path = globalThis.process.getBuiltinModule("node:path");'],
    ['import process$1 from "node:process";', 'const process$1 = globalThis.process.getBuiltinModule("node:process");'],
    [
      'import children from "node:child_process";',
      'const children = new Proxy({}, { get: (_, key) => globalThis.process.getBuiltinModule("node:child_process")[key] });',
    ],
    ['import * as fs from "fs";', 'const fs = globalThis.process.getBuiltinModule("fs");'],
    [
      'import {\n  readFile,\n  stat as statOf\n} from "node:fs/promises";',
      'const {\n  readFile,\n  stat: statOf\n} = globalThis.process.getBuiltinModule("node:fs/promises");',
    ],
    [
      'import os, { EOL } from "node:os";',
      'const os = globalThis.process.getBuiltinModule("node:os");\nconst { EOL } = globalThis.process.getBuiltinModule("node:os");',
    ],
    [
      '  const { tmpdir: t } = await import("node:os");',
      '  const { tmpdir: t } = globalThis.process.getBuiltinModule("node:os");',
    ],
  ])('%s', (before, after) => expect(askForBuiltins(before)).toBe(after));

  test.each([
    ['a package', 'import z from "zod";'],
    ['a chunk', 'import { a } from "./chunks/A.js";'],
    ['a default export taken from the namespace', 'import * as fs from "node:fs";\nfs.default.readFileSync();'],
    ['a default export taken from a dynamic import', '  const { default: fs } = await import("node:fs");'],
    ['a dynamic import that is kept whole', 'const fs = await import("node:fs");'],
  ])('but not %s', (_, text) => expect(askForBuiltins(text)).toBe(text));
});

test('a chunk that only declares is not loaded for its effect, any other is', () => {
  const text = 'import "./DECLARES.js";\nimport "./ACTS.js";\nimport { a } from "./DECLARES.js";\n';
  expect(finishOutput(text, 'chunks/A.js', ['chunks/DECLARES.js'])).toBe(
    'import "./ACTS.js";\nimport { a } from "./DECLARES.js";\n',
  );
});

test('require is there where CommonJS needs it', () => {
  expect(finishOutput('var x = require("node:fs");', 'main.js', [])).toMatch(/^import \{ createRequire/);
});
