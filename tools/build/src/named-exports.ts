import { pathToFileURL } from 'node:url';

const onlyDefault = /^export default (require_[\w$]+\(\));$/m;

/**
 * esbuild gives a CommonJS module that is imported when it is needed no names but `default`; Node gives it all that it
 * exports. Code that runs from source must run the same from the bundle.
 *
 * @param module absolute path of the module that the chunk stands for
 */
export async function withNamedExports(text: string, module: string | undefined): Promise<string> {
  if (module === undefined || !onlyDefault.test(text)) return text;
  const exported = Object.keys((await import(pathToFileURL(module).href)) as object);
  const names = exported.filter((name) => name !== 'default' && name !== 'module.exports');
  return text.replace(onlyDefault, (_, whole: string) =>
    [
      `const __forgeWhole = ${whole};`,
      'export default __forgeWhole;',
      ...names.map((name, index) => `const __forgeName${index} = __forgeWhole.${name};`),
      `export { ${names.map((name, index) => `__forgeName${index} as ${name}`).join(', ')} };`,
    ].join('\n'),
  );
}
