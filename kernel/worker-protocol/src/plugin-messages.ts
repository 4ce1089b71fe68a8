import { type Json, z } from '@forge/plugin-api';
import { faultSchema } from './fault.ts';
import type { Messages } from './messages.ts';

const nothing = z.undefined();
/** Came as JSON, and its shape is the business of who asked and who answers. */
const json = z.custom<Json | undefined>();
const record = z.record(z.string(), z.custom<Json>());

/** An object that crosses the line: its data, and the paths of the functions in it, such as `log.info`. */
const lentSchema = z.strictObject({ data: record, functions: z.array(z.string()) });
export type Lent = z.output<typeof lentSchema>;

/** Where a plugin lies and what it is started with, as data. */
const pluginPlaceSchema = z.strictObject({
  plugin: z.string(),
  /** Absolute; holds the manifest. */
  folder: z.string(),
  /** Of the manifest, as the person knows it. */
  shown: z.string(),
  origin: z.enum(['project', 'configuration']),
  /** As configuration gives them; the plugin's own schema is yet to be applied. */
  options: record,
  /** Those environment variables that the manifest asks for. */
  variables: z.record(z.string(), z.string()),
  /** Absolute; it may write there. */
  stateDirectory: z.string(),
});
export type PluginPlace = z.output<typeof pluginPlaceSchema>;

/** One thing that a plugin brought: what can be read of it, and what can be called. */
const describedSchema = z.strictObject({
  kind: z.string(),
  data: record,
  /** JSON Schemas in it: of the property `schema`, that of `input` and `output`. */
  schemas: z.record(z.string(), z.record(z.string(), record)),
  methods: z.array(z.string()),
});
export type Described = z.output<typeof describedSchema>;

/**
 * An argument or a result; nothing for undefined. Of an object, `cleared` names what is there and undefined: in a patch
 * that says something. Bytes and vectors travel as base64: as JSON they would be four times as long.
 */
const valueSchema = z.strictObject({
  json: json.optional(),
  cleared: z.array(z.string()).optional(),
  bytes: z.string().optional(),
  float32: z.string().optional(),
});
export type Value = z.output<typeof valueSchema>;

/** A message of an execution, which speaks the protocol of workers within this one. Without text: its end. */
const executionLine = { params: z.strictObject({ id: z.int(), text: z.string().optional() }) };
const heartbeat = { params: nothing };

/** What Forge says to the process of a plugin. `start` comes first. */
export const kernelMessages = {
  start: {
    params: z.strictObject({ place: pluginPlaceSchema, world: lentSchema }),
    result: z.array(describedSchema),
  },
  /**
   * `id` is new for every call: the functions of its context belong to it, and end with it. `callback` says which
   * argument is a function; that belongs to the call until `release`, and so does what the call gave: how to end it.
   */
  call: {
    params: z.strictObject({
      id: z.int(),
      contribution: z.int(),
      method: z.string(),
      args: z.array(valueSchema),
      context: z.strictObject({ at: z.int(), lent: lentSchema }).optional(),
      callback: z.int().optional(),
    }),
    result: valueSchema,
  },
  release: { params: z.strictObject({ id: z.int() }), result: nothing },
  /** The context's signal aborts, for this reason. */
  abort: { params: z.strictObject({ id: z.int(), fault: faultSchema }) },
  /** Of an agent; of an executor, with what its host can be asked. */
  'execution.begin': { params: z.strictObject({ id: z.int(), contribution: z.int(), host: lentSchema.optional() }) },
  'execution.line': executionLine,
  'agent.line': executionLine,
  /** What the plugin says of what it needs; nothing when it does not check anything. */
  check: { params: nothing, result: json },
  stop: { params: nothing, result: nothing },
  heartbeat,
} as const satisfies Messages;

/** What the process of a plugin says. */
export const pluginMessages = {
  /** Calls a function of what was lent: of a call's context, its `callback`, or with id 0 of the plugin's world. */
  use: { params: z.strictObject({ id: z.int(), path: z.string(), args: z.array(json) }), result: json },
  'execution.line': executionLine,
  /** An executor has an agent of Forge run there: this side is now the orchestrator, on a line of its own. */
  'agent.begin': { params: z.strictObject({ id: z.int(), execution: z.int(), agent: z.string() }) },
  'agent.line': executionLine,
  heartbeat,
} as const satisfies Messages;

export type KernelMessages = typeof kernelMessages;
export type PluginMessages = typeof pluginMessages;
