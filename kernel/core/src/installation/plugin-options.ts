import { forgeError, type Manifest } from '@forge/plugin-api';
import { didYouMean } from '../faults/did-you-mean.ts';
import { isSecretOption } from '../secrets.ts';

/** An option that has to be set and that nobody has set yet. */
export interface OptionQuestion {
  readonly name: string;
  /** What the manifest says of it. */
  readonly description: string | undefined;
}

interface PropertySchema {
  readonly type?: string;
  readonly description?: string;
}

interface OptionsSchema {
  readonly properties?: Readonly<Record<string, PropertySchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: unknown;
}

/** Options as the configuration takes them: those given as texts, and answers to what is missing. */
export async function chooseOptions(
  { name: plugin, options: schema }: Pick<Manifest, 'name' | 'options'>,
  given: Readonly<Record<string, string>>,
  ask: (question: OptionQuestion) => Promise<string | undefined>,
): Promise<Readonly<Record<string, unknown>>> {
  const { properties = {}, required = [] } = (schema ?? {}) as OptionsSchema;
  optionValues({ name: plugin, options: schema }, given);
  const texts: Record<string, string> = { ...given };
  for (const name of required) {
    if (texts[name] !== undefined) continue;
    const answer = await ask({ name, description: properties[name]?.description });
    if (answer === undefined || answer === '') throw missing(plugin, name);
    texts[name] = answer;
  }
  return optionValues({ name: plugin, options: schema }, texts);
}

/** Options given as texts, as the configuration takes them. Throws USAGE for a secret, and for a name that is none. */
export function optionValues(
  { name: plugin, options: schema }: Pick<Manifest, 'name' | 'options'>,
  texts: Readonly<Record<string, string>>,
): Readonly<Record<string, unknown>> {
  const { properties = {}, additionalProperties } = (schema ?? {}) as OptionsSchema;
  for (const name of Object.keys(texts)) {
    if (isSecretOption(name)) throw secretInFile(plugin, name);
    if (additionalProperties === false && properties[name] === undefined) {
      throw unknownOption(plugin, name, Object.keys(properties));
    }
  }
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, valueOf(text, properties[name]?.type)]));
}

/** What stands for a text. Anything else than JSON of that type is the text itself, for the schema to refuse. */
function valueOf(text: string, type: string | undefined): unknown {
  if (type === 'string') return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function missing(plugin: string, option: string) {
  return forgeError('USAGE', `The plugin "${plugin}" needs the option "${option}"`, {
    fix: `say it with --option ${option}=…`,
  });
}

function unknownOption(plugin: string, option: string, options: readonly string[]) {
  return forgeError('USAGE', `The plugin "${plugin}" has no option "${option}"${didYouMean(option, options)}`, {
    fix: `see its options: forge plugin add ${plugin} --dry-run`,
  });
}

function secretInFile(plugin: string, option: string) {
  return forgeError('USAGE', `The option "${option}" of "${plugin}" is a secret and does not belong into a file`, {
    fix: 'see with forge plugin info which environment variables it reads, and set one of them',
  });
}
