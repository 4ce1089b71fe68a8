import { forgeError, type Manifest, z } from '@forge/plugin-api';
import { didYouMean } from '../faults/did-you-mean.ts';
import { isSecretOption } from '../secrets.ts';

/** An option that has to be set and that nobody has set yet. */
export interface OptionQuestion {
  readonly name: string;
  /** What the manifest says of it. */
  readonly description: string | undefined;
  /** What is wrong with the answer before. */
  readonly problem?: string;
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
    const answer = await answerTo({ name, description: properties[name]?.description }, properties[name], ask);
    if (answer === undefined) throw missing(plugin, name);
    texts[name] = answer;
  }
  return optionValues({ name: plugin, options: schema }, texts);
}

/** Asks until the schema takes the answer. Undefined when there is nobody to ask. */
async function answerTo(
  question: OptionQuestion,
  property: PropertySchema | undefined,
  ask: (question: OptionQuestion) => Promise<string | undefined>,
): Promise<string | undefined> {
  for (let asked = question; ; ) {
    const answer = await ask(asked);
    if (answer === undefined) return undefined;
    const problem = answer === '' ? 'it is needed' : problemWith(valueOf(answer, property?.type), property);
    if (problem === undefined) return answer;
    asked = { ...question, problem };
  }
}

/** What keeps a value from being that option, in words. */
function problemWith(value: unknown, property: PropertySchema | undefined): string | undefined {
  if (property === undefined) return undefined;
  // A copy: zod empties what it is given.
  const schema = structuredClone(property) as Parameters<typeof z.fromJSONSchema>[0];
  return z.fromJSONSchema(schema).safeParse(value).error?.issues[0]?.message;
}

/**
 * Options given as texts, as the configuration takes them. Throws USAGE for a secret and for a name that is none,
 * PLUGIN_OPTIONS for what the schema refuses.
 */
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
  const values = Object.entries(texts).map(([name, text]) => [name, valueOf(text, properties[name]?.type)] as const);
  for (const [name, value] of values) {
    const problem = problemWith(value, properties[name]);
    if (problem !== undefined) throw refused(plugin, name, problem);
  }
  return Object.fromEntries(values);
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

function refused(plugin: string, option: string, problem: string) {
  return forgeError('PLUGIN_OPTIONS', `The option "${option}" of "${plugin}" is not as it should be: ${problem}`, {
    fix: `say it with --option ${option}=…`,
    plugin,
  });
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
