import { type ErrorCode, type ForgeError, forgeError } from '@forge/plugin-api';
import { isSecretOption } from '../secrets.ts';
import { didYouMean } from './did-you-mean.ts';
import { frameAt } from './frame.ts';
import { knownKeys } from './known-keys.ts';
import { type Aspect, showPath, type Source, type ValuePath } from './source.ts';

const longestShown = 60;

/** One fault as any Standard Schema tells it; zod's own fields are used where they are. */
export interface SchemaIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
  readonly code?: string | undefined;
  readonly keys?: readonly string[];
  readonly values?: readonly unknown[];
  readonly expected?: string;
  readonly minimum?: number | bigint;
  readonly maximum?: number | bigint;
  readonly inclusive?: boolean;
  readonly errors?: readonly (readonly SchemaIssue[])[];
}

export interface FaultContext {
  readonly code: ErrorCode;
  /** Stands before what was wrong, such as the plugin's name. Default: nothing. */
  readonly subject?: string;
  /** What keys are called here. Default `key`. */
  readonly keyWord?: string;
  /** What the issues are about, for suggestions. */
  readonly schema?: unknown;
  readonly value?: unknown;
  readonly source?: Source | undefined;
  /** Where the checked value stands in the source. Default: the top. */
  readonly at?: ValuePath;
  /** How that is shown. Default: `at`. */
  readonly shownAt?: ValuePath;
  /** Instead of a place in a source: such as the name of an environment variable. */
  readonly where?: string;
  readonly plugin?: string;
  readonly fix?: string;
}

/** Every issue as an error of its own, with the place in the source, its frame, and what was likely meant. */
export async function schemaFaults(issues: readonly SchemaIssue[], context: FaultContext): Promise<ForgeError[]> {
  return Promise.all(issues.flatMap((issue) => describe(issue, [], context)).map((fault) => placed(fault, context)));
}

/** An error about a path in a source. */
export async function placed(fault: Fault, context: FaultContext): Promise<ForgeError> {
  const path = [...(context.at ?? []), ...fault.path];
  const place = await context.source?.locate(path, fault.aspect);
  const shown = [...(context.shownAt ?? context.at ?? []), ...(fault.shown ?? fault.path)];
  const label = [showPath(shown), context.subject === undefined ? '' : `(${context.subject})`]
    .filter(Boolean)
    .join(' ');
  return forgeError(context.code, label === '' ? fault.text : `${label}: ${fault.text}`, {
    ...whereOf(context, place === undefined ? undefined : `${place.line}:${place.column}`),
    ...(place === undefined || context.source === undefined ? {} : { frame: frameAt(context.source.text, place) }),
    ...(context.plugin === undefined ? {} : { plugin: context.plugin }),
    ...(context.fix === undefined ? {} : { fix: context.fix }),
  });
}

function whereOf(context: FaultContext, place: string | undefined): { readonly where?: string } {
  if (context.where !== undefined) return { where: context.where };
  if (context.source === undefined) return {};
  return { where: place === undefined ? context.source.file : `${context.source.file}:${place}` };
}

export interface Fault {
  readonly path: ValuePath;
  /** What the message names. Default: `path`. */
  readonly shown?: ValuePath;
  readonly aspect: Aspect;
  readonly text: string;
}

function describe(issue: SchemaIssue, before: ValuePath, context: FaultContext): readonly Fault[] {
  const path = [...before, ...stepsOf(issue)];
  if (issue.code === 'unrecognized_keys' && issue.keys !== undefined) {
    const known = knownKeys(context.schema, path);
    return issue.keys.map((key) => ({
      path: [...path, key],
      shown: path,
      aspect: 'key',
      text: `unknown ${context.keyWord ?? 'key'} "${key}"${didYouMean(key, known)}`,
    }));
  }
  if (issue.code === 'invalid_union' && issue.errors !== undefined && issue.errors.length > 0) {
    return describeUnion(issue.errors, path, context);
  }
  return [{ path, aspect: 'value', text: textOf(issue, valueAt(context.value, path), path) }];
}

/** The branch that got furthest is the one that was meant; without one, all that would have been accepted. */
function describeUnion(
  branches: readonly (readonly SchemaIssue[])[],
  path: ValuePath,
  context: FaultContext,
): readonly Fault[] {
  const meant = branches.filter((branch) => !branch.some((issue) => isAtRoot(issue) && issue.code === 'invalid_type'));
  const shortest = meant.toSorted((left, right) => left.length - right.length)[0];
  if (shortest !== undefined) return shortest.flatMap((issue) => describe(issue, path, context));
  const expected = [...new Set(branches.flat().flatMap((issue) => issue.expected ?? []))].join(' or ');
  return [
    { path, aspect: 'value', text: `expected ${expected}, found ${shownValue(valueAt(context.value, path), path)}` },
  ];
}

function isAtRoot(issue: SchemaIssue): boolean {
  return stepsOf(issue).length === 0;
}

function stepsOf(issue: SchemaIssue): (string | number)[] {
  return (issue.path ?? []).map((step) => {
    const key = typeof step === 'object' ? step.key : step;
    return typeof key === 'number' ? key : String(key);
  });
}

function textOf(issue: SchemaIssue, value: unknown, path: ValuePath): string {
  if (issue.code === 'invalid_type' && issue.expected !== undefined) {
    return value === undefined ? 'is missing' : `expected ${issue.expected}, found ${shownValue(value, path)}`;
  }
  if (issue.code === 'invalid_value' && issue.values !== undefined) {
    const options = issue.values.map(String);
    if (value === undefined) return `is missing: expected ${options.join(', ')}`;
    const word = typeof value === 'string' ? value : undefined;
    const found = word === undefined ? typeName(value) : `"${word}"`;
    return `expected ${options.join(', ')}, found ${found}${word === undefined ? '' : didYouMean(word, options)}`;
  }
  const bound = boundOf(issue);
  if (bound !== undefined && typeof value === 'number') return `expected a number ${bound}, found ${value}`;
  return issue.message.replace(/^Invalid input: /, '');
}

function valueAt(value: unknown, path: ValuePath): unknown {
  return path.reduce<unknown>(
    (found, step) =>
      typeof found === 'object' && found !== null ? (found as Record<string | number, unknown>)[step] : undefined,
    value,
  );
}

function boundOf({ code, minimum, maximum, inclusive }: SchemaIssue): string | undefined {
  if (code === 'too_small' && minimum !== undefined) return `${inclusive ? 'of at least' : 'above'} ${minimum}`;
  if (code === 'too_big' && maximum !== undefined) return `${inclusive ? 'of at most' : 'below'} ${maximum}`;
  return undefined;
}

/** Whole or not at all: a part of a secret would not be recognized as one. */
function shownValue(value: unknown, path: ValuePath): string {
  if (isSecretOption(String(path.at(-1) ?? ''))) return typeName(value);
  if (typeof value === 'string' && value.length <= longestShown) return JSON.stringify(value);
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : typeName(value);
}

function typeName(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}
