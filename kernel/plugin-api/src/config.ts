import { z } from 'zod';
import type { ForgeEvent } from './event.ts';
import { type ApprovalLevel, approvalLevelsSchema } from './gate.ts';
import { eventFilterSchema } from './outbox.ts';
import { phaseNames, severities } from './phase-io.ts';

const name = z.string().min(1);
const positive = z.number().positive();
const cap = z.strictObject({ budgetUsd: positive, maxTokens: z.int().positive() }).partial();
const commandLine = z.union([z.string().min(1), z.array(z.string()).min(1)]);

/** A package's name or a path that starts with `.` or `/`; with options: `{ use, options }`; `enabled: false` switches it off. */
const pluginEntrySchema = z.union([
  name,
  z.strictObject({
    use: name,
    options: z.record(z.string(), z.unknown()).default({}),
    enabled: z.boolean().optional(),
    /** It runs in Forge's own process, with all your rights. Default: in a process of its own, if it is no default plugin. */
    inProcess: z.boolean().optional(),
  }),
]);

/** The environment variable that holds it: for what is a secret. */
const fromEnvironmentSchema = z.strictObject({ env: name });
const secretTextSchema = z.union([z.string().min(1), fromEnvironmentSchema]);

/** Makes what is sent of an event; undefined: nothing is sent of this one. */
export type WebhookTransform = (event: ForgeEvent) => unknown;

const webhookSchema = z.strictObject({
  /** In lists and commands. Default: made of the address. */
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'expected a short name of lower-case letters, digits and dashes')
    .optional(),
  /** Types of events, prefixes such as `run.*`, or `*`. */
  events: z.array(eventFilterSchema).min(1),
  url: z.union([z.url({ protocol: /^https?$/ }), fromEnvironmentSchema]),
  /** Name of a sender. Default: `webhookSender`. */
  use: name.optional(),
  headers: z.record(z.string().regex(/^[\w-]+$/, 'expected the name of a header'), secretTextSchema).optional(),
  /** Signs what is sent. Default: a key that Forge makes. */
  secret: fromEnvironmentSchema.optional(),
  /** A function, where the configuration is code; or a JMESPath expression. Default: the event is sent. */
  transform: z
    .union([
      z.string().min(1).max(4000),
      z.custom<WebhookTransform>((value) => typeof value === 'function', 'expected a function or an expression'),
    ])
    .optional(),
  /** Private, loopback and link-local addresses are meant. Default false. */
  allowPrivate: z.boolean().optional(),
});
export type WebhookConfig = z.output<typeof webhookSchema>;

/**
 * All settings. Defaults stand in config/defaults.json, not here: this is the schema of one layer as a person writes it.
 */
export const configLayerSchema = z
  .strictObject({
    /** Plugins to load, and options for any plugin, the default ones too. */
    plugins: z.array(pluginEntrySchema),
    agents: z
      .strictObject({ planner: name, implementer: name, reviewer: name, tester: name, deployer: name })
      .partial(),
    llm: z
      .strictObject({
        /** Name of a provider, or `auto`: the first that could be used. */
        provider: name,
        /** The providers that `auto` looks at, in order: one whose secret is set, else one whose probe answers. */
        auto: z.array(name),
        /** Model for all agents. Default: the provider's own. */
        model: name,
        /** Model by agent type. */
        models: z
          .strictObject({ planner: name, implementer: name, reviewer: name, tester: name, deployer: name })
          .partial(),
        /** Tried in order when the model before could not be reached: `provider:model`. */
        fallback: z.array(z.string().regex(/^[^:]+:.+$/, 'expected provider:model')),
        maxOutputTokens: z.int().positive(),
        /** The longest that a command waits for a quota to come back. */
        quotaWaitMinutes: z.number().min(0),
      })
      .partial(),
    /** Names of tools. `deny` wins over `allow`; `*` stands for all. */
    tools: z.strictObject({ allow: z.array(name), deny: z.array(name) }).partial(),
    phases: z.array(z.enum(phaseNames)).min(1),
    /** Tasks at once in this process, of all its runs. Default: twice the machine's processors, 2 to 8. */
    concurrency: z.int().min(1).max(64),
    safety: z
      .strictObject({
        /** US dollars a run. */
        budgetUsd: positive,
        /** Tokens a run. */
        maxTokens: z.int().positive(),
        /** Model calls of one execution. */
        maxIterations: z.int().positive(),
        /** Tool calls of one execution. */
        maxToolCalls: z.int().positive(),
        /** Minutes of one execution. */
        maxMinutes: positive,
        /** Failing tool calls of one execution in a row. */
        maxFailures: z.int().positive(),
        /** The same call with the same outcome, or the same pattern of calls. Half of it gives a nudge. */
        maxRepeats: z.int().min(2),
        /** Model calls of all executions of a run. */
        maxRunIterations: z.int().positive(),
        /** Tool calls of all executions of a run. */
        maxRunToolCalls: z.int().positive(),
        /** Minutes in which a run is worked on. */
        maxRunMinutes: positive,
        /** What each phase, each task and each execution may take of the run's budget. */
        phase: cap,
        task: cap,
        execution: cap,
      })
      .partial(),
    review: z
      .strictObject({
        rounds: z.int().min(0).max(10),
        severityFloor: z.enum(severities),
        /** Globs of files whose change needs a person, beside those that always do. Without a slash: in any folder. */
        protectedPaths: z.array(z.string().min(1)),
      })
      .partial(),
    testing: z
      .strictObject({
        /** Runs the tests. A string is split at spaces; no shell. Default: found out. */
        command: commandLine,
        /** Prepares a fresh checkout, in order. Default: found out. */
        setup: z.array(commandLine),
        rounds: z.int().min(0).max(10),
        /** Also after each task is merged, when the plan has more than one. */
        afterMerge: z.boolean(),
        /** Minutes for one run of the tests. */
        timeoutMinutes: positive,
      })
      .partial(),
    deployment: z.strictObject({ deployer: name }).partial(),
    automation: z.strictObject({ level: z.int().min(0).max(4) }).partial(),
    approvals: z
      .strictObject({
        /** Who must say yes to a deployment, one level after the other. Empty: anybody, once. */
        levels: approvalLevelsSchema,
      })
      .partial(),
    /** `timeoutMinutes`: how long a terminal waits before the run parks or goes on with the stated assumption. */
    questions: z.strictObject({ timeoutMinutes: positive, onTimeout: z.enum(['assume', 'park']) }).partial(),
    sandbox: z
      .strictObject({
        /** Name of a sandbox, or `auto`: the strongest that works here. */
        use: name,
        /** The run does not start below it. */
        require: z.enum(['process', 'namespace', 'container']),
        network: z.enum(['none', 'full']),
      })
      .partial(),
    /** How long finished runs are kept. Parked and stopped ones, and branches that are not merged, are always kept. */
    retention: z
      .strictObject({
        /** Days since the run ended. */
        days: positive,
        /** At most so many. */
        runs: z.int().min(0),
      })
      .partial(),
    store: name,
    memory: name,
    bus: name,
    executor: name,
    gates: z.array(name),
    /** The sender of webhooks that name no other. */
    webhookSender: name,
    /** Who is told of events. */
    webhooks: z.array(webhookSchema),
    /** Of `forge serve`. */
    server: z
      .strictObject({
        /** Address to listen at. One that others can reach takes tokens. */
        host: name,
        /** 0: a free one. */
        port: z.int().min(0).max(65_535),
        /** Names under which it may be called, beside addresses and localhost. */
        allowHosts: z.array(name),
        /** Under which others reach it, such as https://forge.example.org: links in messages lead there. */
        publicUrl: z.url({ protocol: /^https?$/ }),
        /** Runs at once. */
        runs: z.int().min(1).max(64),
        /** For each token, and for each address without one. */
        requestsPerMinute: z.int().min(1),
        /** A file of the audit log that has grown to this is put aside, and a new one is begun. */
        auditMegabytes: positive,
        /** What was put aside is kept for so many days. */
        auditDays: positive,
        /** Hosts that webhooks made over the API may reach although they are private. */
        privateWebhookHosts: z.array(name),
        /** What repositories may be cloned over. `file` is any repository on this machine that the server may read. */
        cloneProtocols: z.array(z.enum(['https', 'ssh', 'http', 'file'])).min(1),
        /** Hosts that repositories may be cloned from although they are private. */
        privateCloneHosts: z.array(name),
        /** For hosts that want some, over https and http. */
        cloneCredentials: z.array(
          z.strictObject({
            /** With `:<port>`, or for any. */
            host: name,
            /** Many hosts take any. */
            user: name.default('forge'),
            /** The environment variable that holds the token or password. */
            token: z.strictObject({ env: name }),
          }),
        ),
        /** How long a clone may take, and how large it may be with its working tree. */
        cloneMinutes: positive,
        cloneMegabytes: positive,
      })
      .partial(),
  })
  .partial();

export type ConfigLayer = z.output<typeof configLayerSchema>;
export type ForgeConfig = z.input<typeof configLayerSchema>;

type DeepRequired<T> = { [K in keyof T]-?: NonNullable<T[K]> };
/** All layers merged. What has no default stays optional. */
export interface ResolvedConfig {
  readonly plugins: readonly { readonly use: string; readonly options: Readonly<Record<string, unknown>> }[];
  readonly agents: Readonly<Record<'planner' | 'implementer' | 'reviewer' | 'tester' | 'deployer', string>>;
  readonly llm: Readonly<
    Pick<DeepRequired<NonNullable<ConfigLayer['llm']>>, 'provider' | 'fallback' | 'models' | 'quotaWaitMinutes'>
  > & {
    readonly auto?: readonly string[] | undefined;
    readonly model?: string | undefined;
    readonly maxOutputTokens?: number | undefined;
  };
  readonly tools: Readonly<DeepRequired<NonNullable<ConfigLayer['tools']>>>;
  readonly phases: readonly (typeof phaseNames)[number][];
  readonly concurrency: number;
  readonly safety: Readonly<DeepRequired<Omit<NonNullable<ConfigLayer['safety']>, 'phase' | 'task' | 'execution'>>> &
    Readonly<Pick<NonNullable<ConfigLayer['safety']>, 'phase' | 'task' | 'execution'>>;
  readonly review: Readonly<Pick<DeepRequired<NonNullable<ConfigLayer['review']>>, 'rounds' | 'severityFloor'>> & {
    readonly protectedPaths: readonly string[];
  };
  readonly testing: Readonly<
    Pick<DeepRequired<NonNullable<ConfigLayer['testing']>>, 'rounds' | 'timeoutMinutes' | 'afterMerge'>
  > & {
    readonly command?: readonly string[] | undefined;
    readonly setup?: readonly (readonly string[])[] | undefined;
  };
  readonly deployment: Readonly<DeepRequired<NonNullable<ConfigLayer['deployment']>>>;
  readonly automation: Readonly<DeepRequired<NonNullable<ConfigLayer['automation']>>>;
  readonly approvals: { readonly levels: readonly ApprovalLevel[] };
  readonly questions: Readonly<DeepRequired<NonNullable<ConfigLayer['questions']>>>;
  readonly sandbox: Readonly<Pick<DeepRequired<NonNullable<ConfigLayer['sandbox']>>, 'use' | 'network'>> & {
    readonly require?: 'process' | 'namespace' | 'container' | undefined;
  };
  readonly retention: Readonly<DeepRequired<NonNullable<ConfigLayer['retention']>>>;
  readonly store: string;
  readonly memory: string;
  readonly bus: string;
  readonly executor: string;
  readonly gates: readonly string[];
  readonly webhookSender: string;
  readonly webhooks: readonly WebhookConfig[];
  readonly server: Readonly<DeepRequired<Omit<NonNullable<ConfigLayer['server']>, 'publicUrl'>>> & {
    readonly publicUrl?: string | undefined;
  };
}

/** Gives the configuration its types. */
export function defineConfig(config: ForgeConfig): ForgeConfig {
  return config;
}
