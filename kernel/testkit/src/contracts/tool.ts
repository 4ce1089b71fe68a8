import assert from 'node:assert/strict';
import { lstatSync, readdirSync } from 'node:fs';
import { join, posix } from 'node:path';
import { isForgeError, jsonSchema, type Tool, type ToolContext, z } from '@forge/plugin-api';
import type { ContractCase, ContractOptions } from './contract-case.ts';
import { registerContract } from './register-contract.ts';
import { rejection } from './rejection.ts';

export interface ToolSubject {
  readonly tool: Tool;
  readonly context: ToolContext;
  /** An input that works, as a model would send it. */
  readonly input: unknown;
  /** An input that has the right shape and cannot work. Undefined: there is none. */
  readonly failing?: unknown;
}

const parsed = ({ tool, input }: ToolSubject): unknown => tool.schema.input.parse(input);

export const toolCases: readonly ContractCase<ToolSubject>[] = [
  {
    name: 'the name is one that every model accepts',
    async run({ tool }) {
      assert.match(tool.name, /^[a-zA-Z0-9_-]{1,64}$/);
    },
  },
  {
    name: 'the description says something, in few words',
    async run({ tool }) {
      assert.ok(tool.description.trim().length >= 10, 'a model needs to know what it is for');
      assert.ok(tool.description.length <= 1000, 'every word is paid for on every turn');
    },
  },
  {
    name: 'the input is an object that JSON Schema can describe',
    async run({ tool }) {
      const schema = z.toJSONSchema(tool.schema.input, { io: 'input' });
      assert.equal(schema.type, 'object');
      assert.deepEqual(z.toJSONSchema(tool.schema.input, { io: 'input' }), schema, 'every prompt reads it again');
    },
  },
  {
    name: 'an argument that is not known is refused, not ignored',
    async run({ tool, input }) {
      assert.equal(tool.schema.input.safeParse({ ...(input as object), notAnArgument: 1 }).success, false);
    },
  },
  {
    name: 'the effect is one of the four',
    async run({ tool }) {
      assert.ok(['read', 'workspace', 'keyed', 'once', undefined].includes(tool.effect));
    },
  },
  {
    name: 'the output fits its schema and is JSON',
    async run(subject) {
      const { tool, context } = subject;
      const output: unknown = await tool.execute(parsed(subject), context);
      tool.schema.output.parse(output);
      assert.deepEqual(jsonSchema.parse(JSON.parse(JSON.stringify(output))), output);
    },
  },
  {
    name: 'what the model reads is text',
    async run(subject) {
      const { tool, context } = subject;
      const output: unknown = await tool.execute(parsed(subject), context);
      const text = tool.render === undefined ? JSON.stringify(output) : await tool.render(output);
      assert.equal(typeof text, 'string');
      assert.notEqual(text, '', 'an empty result tells a model nothing');
    },
  },
  {
    name: 'the words for a person are one short line',
    async run(subject) {
      const words = (await subject.tool.describe?.(parsed(subject))) ?? subject.tool.name;
      assert.ok(words.length > 0 && words.length <= 200 && !words.includes('\n'), words);
    },
  },
  {
    name: 'a call changes no other file than those it says that it touches',
    async run(subject) {
      const { tool, context } = subject;
      const touched = await tool.touches?.(parsed(subject));
      if (touched === undefined) return;
      assert.ok(tool.effect === 'workspace' || tool.effect === 'read', 'what does more touches more than files');
      const works = touched.map((path) => posix.normalize(path));
      const named = new Set(tool.effect === 'read' ? [] : works);
      const before = filesIn(context.workspace);
      await tool.execute(parsed(subject), context);
      const after = filesIn(context.workspace);
      const changed = [...new Set([...before.keys(), ...after.keys()])].filter(
        (path) => before.get(path) !== after.get(path) && !named.has(path),
      );
      assert.deepEqual(changed, []);
    },
  },
  {
    name: 'the input is not changed',
    async run(subject) {
      const input = parsed(subject);
      const before = structuredClone(input);
      await subject.tool.execute(deepFrozen(input), subject.context);
      assert.deepEqual(input, before);
    },
  },
  {
    name: 'a call that cannot work rejects with a Forge error',
    async run({ tool, context, failing }) {
      if (failing === undefined) return;
      const error = await rejection(tool.execute(tool.schema.input.parse(failing), context));
      assert.ok(isForgeError(error), `it rejected with ${String(error)}`);
    },
  },
  {
    name: 'an aborted call does nothing and rejects with the reason',
    async run(subject) {
      const reason = new Error('stopped');
      const context = { ...subject.context, signal: AbortSignal.abort(reason), exec: () => Promise.reject(reason) };
      assert.equal(await rejection(subject.tool.execute(parsed(subject), context)), reason);
    },
  },
  {
    name: 'two calls at once do not disturb each other',
    async run(subject) {
      if (subject.tool.effect !== 'read') return;
      const call = async () => (await subject.tool.execute(parsed(subject), subject.context)) as unknown;
      const [alone, ...together] = [await call(), ...(await Promise.all([call(), call(), call()]))];
      for (const output of together) assert.deepEqual(output, alone);
    },
  },
];

/** Registers the contract of `tool`: a fresh subject for every case. */
export function toolContract(options: ContractOptions<ToolSubject>): void {
  registerContract('tool', toolCases, options);
}

/** Every file below a folder, with what changes when it is written. */
function filesIn(folder: string): Map<string, string> {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const entries = paths.map((path) => [path, lstatSync(join(folder, path), { bigint: true })] as const);
  const files = entries.filter(([, stats]) => !stats.isDirectory());
  return new Map(files.map(([path, { ino, size, mode, ctimeNs }]) => [path, `${ino} ${size} ${mode} ${ctimeNs}`]));
}

function deepFrozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  for (const part of Object.values(value)) deepFrozen(part);
  return Object.freeze(value);
}
