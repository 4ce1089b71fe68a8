import { forgeError, manifestSchema } from '@forge/plugin-api';

/** What the words of a template become, the longest first. */
export type SampleNames = readonly (readonly [sample: string, name: string])[];

/**
 * Every form in which a template writes its name. The thing that the plugin brings is called like the package, without
 * `forge-plugin-` and without a scope. Throws USAGE.
 */
export function sampleNames(packageName: string): SampleNames {
  const thing = packageName.replace(/^@[^/]*\//, '').replace(/^forge-(plugin-)?/, '');
  const words = thing.split(/[-._~]+/).filter(Boolean);
  if (!manifestSchema.shape.name.safeParse(packageName).success || !/^[a-z]/.test(words[0] ?? '')) {
    throw forgeError('USAGE', `"${packageName}" is no name for a plugin`, {
      why: 'it is the name of an npm package, and what follows forge-plugin- begins with a letter',
      fix: 'such as forge-plugin-weather',
    });
  }
  const [first = '', ...others] = words;
  const camel = first + others.map(capital).join('');
  return [
    ['forge-plugin-sample-thing', packageName],
    ['SAMPLE_THING', words.join('_').toUpperCase()],
    ['sample_thing', words.join('_')],
    ['sample-thing', words.join('-')],
    ['SampleThing', capital(camel)],
    ['sampleThing', camel],
  ];
}

/** A template's text, or a path in it, with the names put in. */
export function withNames(text: string, names: SampleNames): string {
  return names.reduce((done, [sample, name]) => done.replaceAll(sample, name), text);
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
