import { registerHooks } from 'node:module';
import * as pluginApi from '@forge/plugin-api';

const name = '@forge/plugin-api';
const slots = Symbol.for('forge.host-copies');
let shared = false;

/**
 * From now on whatever this process loads gets the host's copy of the plugin API, also plain JavaScript with a copy of
 * its own in `node_modules`: jiti hands such files to Node, which knows nothing of its virtual modules. Calling again
 * changes nothing.
 */
export function shareHostCopy(): void {
  if (shared) return;
  shared = true;
  const holder = globalThis as unknown as Record<symbol, unknown[] | undefined>;
  const copies = (holder[slots] ??= []);
  const slot = copies.push(pluginApi) - 1;
  const url = `forge-host:plugin-api/${slot}`;
  const source = [
    `const copy = globalThis[Symbol.for('forge.host-copies')][${slot}];`,
    ...Object.keys(pluginApi).map((key) => `export const ${key} = copy.${key};`),
  ].join('\n');
  registerHooks({
    resolve: (specifier, context, next) =>
      specifier === name ? { url, format: 'module', shortCircuit: true } : next(specifier, context),
    load: (wanted, context, next) =>
      wanted === url ? { format: 'module', source, shortCircuit: true } : next(wanted, context),
  });
}
