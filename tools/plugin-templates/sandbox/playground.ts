import { spawnSync } from 'node:child_process';
import { argv, cwd } from 'node:process';
import { sampleThing } from './src/sample-thing.ts';

// npm run play -- nice
const [file = 'nice', ...args] = argv.slice(2);
const policy = { writable: [cwd()], readable: [], hidden: [], network: 'none' as const };
const wrapped = await sampleThing.wrap({ file, args, cwd: cwd(), env: { PATH: '/usr/bin:/bin' } }, policy);
console.log([wrapped.file, ...wrapped.args].join(' '));
spawnSync(wrapped.file, wrapped.args, { cwd: wrapped.cwd, env: { ...wrapped.env }, stdio: 'inherit' });
