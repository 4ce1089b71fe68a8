import {
  allowableGates,
  allowRuleSchema,
  eventEnvelopeSchema,
  type ForgeEvent,
  memorySchema,
  memoryTypes,
  requirementSchema,
  runRecordSchema,
  runStatuses,
  leaseOwnerSchema,
  storedRequestSchema,
  z,
} from '@forge/plugin-api';

/** What the HTTP API takes and gives. The server checks with these schemas and writes its OpenAPI document from them. */

/** As stored runs have them, and `queued`: accepted, and waits until the server may start it. */
export const apiRunStatuses = ['queued', ...runStatuses] as const;

export const runSchema = z.object({
  ...runRecordSchema.shape,
  status: z.enum(apiRunStatuses),
  /** In the server's registry. */
  repositoryId: z.string(),
});
export type Run = z.output<typeof runSchema>;

/** `lease`: who works on it; without one nobody does. */
export const runDetailSchema = runSchema.extend({
  lease: z.object({ owner: leaseOwnerSchema, fence: z.int(), expiresAt: z.number() }).optional(),
});
export type RunDetail = z.output<typeof runDetailSchema>;

const settings = {
  /** US dollars the run may cost. More than the configuration says takes the scope `admin`. */
  budgetUsd: z.number().positive().optional(),
  /** Name of a provider of models. */
  provider: z.string().min(1).optional(),
  /** Model for all agents. */
  model: z.string().min(1).optional(),
  /** Answer approvals with yes where policy allows it: takes the scope `approve`. */
  approve: z.boolean().default(false),
};

export const startRunSchema = z.strictObject({
  /** In plain words, or with constraints, acceptance criteria and images. */
  task: z.union([z.string().trim().min(1), requirementSchema]),
  /** Id or absolute path. May be left out where the server has one repository. */
  repository: z.string().min(1).optional(),
  /** End after planning. */
  planOnly: z.boolean().default(false),
  ...settings,
});
export type StartRun = z.input<typeof startRunSchema>;

export const resumeRunSchema = z.strictObject(settings);
export type ResumeRun = z.input<typeof resumeRunSchema>;

export const forkRunSchema = resumeRunSchema.extend({
  /** The last event of the other run that is taken over. Default: its last one. */
  at: z.int().min(1).optional(),
});
export type ForkRun = z.input<typeof forkRunSchema>;

/** A page of a list; `next` is the cursor of the one behind it. */
const page = <Item extends z.ZodType>(item: Item) => z.object({ items: z.array(item), next: z.string().optional() });

export const problemSchema = z.object({
  /** `urn:forge:<code>`. */
  type: z.string(),
  /** One line that says what happened. */
  title: z.string(),
  status: z.int(),
  /** As in docs/errors.md. */
  code: z.string(),
  where: z.string().optional(),
  why: z.string().optional(),
  /** What to do. */
  fix: z.string().optional(),
  plugin: z.string().optional(),
  retryAfterMs: z.number().optional(),
  /** Facts for programs. */
  data: z.unknown().optional(),
  /** All of them, where several were found together. */
  errors: z.array(z.object({ code: z.string(), title: z.string(), fix: z.string().optional() })).optional(),
});
export type Problem = z.output<typeof problemSchema>;

/** `faults`: repositories that could not be looked at. */
const repositoryFaults = {
  faults: z.array(z.object({ repositoryId: z.string(), problem: problemSchema })),
} as const;

export const runPageSchema = page(runSchema).extend(repositoryFaults);
export type RunPage = z.output<typeof runPageSchema>;

export const eventSchema = eventEnvelopeSchema.extend({ payload: z.unknown() });
export const eventPageSchema = page(eventSchema);
export type EventPage = { readonly items: readonly ForgeEvent[]; readonly next?: string | undefined };

/** The last message of a stream of events. `abandoned`: the process that worked on it has ended in the middle. */
export const streamEndSchema = z.object({ status: z.enum([...apiRunStatuses, 'abandoned']) });
export type StreamEnd = z.output<typeof streamEndSchema>;

export const diffSchema = z.object({ runId: z.string(), diff: z.string() });

/** A branch that was given to where its repository was cloned from. */
export const pushedSchema = z.object({ runId: z.string(), branch: z.string(), url: z.string() });
export type Pushed = z.output<typeof pushedSchema>;

export const requestSchema = z.object({ ...storedRequestSchema.shape, repositoryId: z.string(), task: z.string() });
export type ApiRequest = z.output<typeof requestSchema>;
export const requestPageSchema = page(requestSchema).extend(repositoryFaults);
export type RequestPage = z.output<typeof requestPageSchema>;

export const decisionBodySchema = z.strictObject({
  /** For approvals. */
  approved: z.boolean().optional(),
  /** For questions: an option's id, or free words. */
  answer: z.string().min(1).optional(),
  reason: z.string().optional(),
  /** What was shown, as in the request: a decision for something else is refused. Approvals need it. */
  subjectHash: z.string().optional(),
  /** Go on with the run at once when it is parked. */
  resume: z.boolean().default(true),
});
export type DecisionBody = z.input<typeof decisionBodySchema>;
/**
 * `resumed`: the server goes on with the run, or its owner does. `request`: as it is now; without a decision others have
 * to say yes, too.
 */
export const decidedSchema = z.object({
  requestId: z.string(),
  runId: z.string(),
  resumed: z.boolean(),
  request: storedRequestSchema,
});
export type Decided = z.output<typeof decidedSchema>;

export const allowRulePageSchema = page(allowRuleSchema);
export const addAllowRuleSchema = z.strictObject({
  gate: z.enum(allowableGates),
  /** Globs; every changed file must fit one. Default: whatever changes. */
  paths: z.array(z.string().min(1)).min(1).max(100).optional(),
  /** Id or path. May be left out where the server has one repository. */
  repository: z.string().min(1).optional(),
  /** In all repositories. */
  everywhere: z.boolean().default(false),
  /** How long it holds. Default: until it is revoked. */
  days: z.number().positive().max(36_500).optional(),
});
export type AddAllowRule = z.input<typeof addAllowRuleSchema>;

export const recalledMemorySchema = z.object({ ...memorySchema.shape, score: z.number().optional() });
export type ApiMemory = z.output<typeof recalledMemorySchema>;
export const memoryPageSchema = page(recalledMemorySchema);
export const memoryUpdateSchema = z.strictObject({
  content: z.string().min(1).optional(),
  context: z.string().optional(),
  confidence: z.number().min(0).max(1).optional(),
  tags: z.array(z.string()).optional(),
  type: z.enum(memoryTypes).optional(),
});

export const repositorySchema = z.object({
  /** Short name, unique in this server. */
  id: z.string(),
  /** Absolute, top of the repository. */
  path: z.string(),
  /** Where the server has cloned it from. */
  url: z.string().optional(),
  addedAt: z.number(),
});
export type Repository = z.output<typeof repositorySchema>;

/** How a repository that the server clones is doing. */
export const cloneStateSchema = z.object({
  state: z.enum(['cloning', 'ready', 'failed']),
  /** What git says meanwhile. */
  progress: z.string().optional(),
  /** When it was last brought up to date by this process of the server. */
  fetchedAt: z.number().optional(),
  /** Why it failed. */
  problem: problemSchema.optional(),
});
export type CloneState = z.output<typeof cloneStateSchema>;
export const listedRepositorySchema = repositorySchema.extend({ clone: cloneStateSchema.optional() });
export type ListedRepository = z.output<typeof listedRepositorySchema>;
export const repositoryPageSchema = page(listedRepositorySchema);

const repositoryId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, 'expected a short name of lower-case letters, digits, dots and dashes')
  .optional();
export const addRepositorySchema = z.union([
  /** Absolute path of a folder in a git repository on the server's machine. */
  z.strictObject({ path: z.string().min(1), id: repositoryId }),
  /** Where to clone it from: https and ssh, unless the configuration says otherwise. */
  z.strictObject({ url: z.string().min(1).max(2_000), id: repositoryId }),
]);
export type AddRepository = z.input<typeof addRepositorySchema>;

export const pluginSchema = z.object({
  name: z.string(),
  version: z.string(),
  description: z.string().optional(),
  type: z.string(),
  origin: z.enum(['default', 'project', 'configuration']),
  active: z.boolean(),
  provides: z.record(z.string(), z.array(z.string())),
});
export const pluginPageSchema = page(pluginSchema);
export const agentSchema = z.object({ name: z.string(), plugin: z.string(), roles: z.array(z.string()) });
export const agentPageSchema = page(agentSchema);
/** One setting with where it comes from. Secrets are masked. */
export const settingSchema = z.object({ path: z.string(), value: z.unknown(), source: z.string() });
export const settingPageSchema = page(settingSchema);

/** How much is left to runs of a repository, and how much their record speaks for. */
export const automationSchema = z.object({
  /** In force, as configured. Nothing but a person raises it. */
  level: z.int(),
  /** The highest level that the record speaks for. */
  available: z.int(),
  metrics: z.array(
    z.object({
      name: z.string(),
      unit: z.enum(['count', 'share']),
      description: z.string(),
      /** A count, or a share from 0 to 1. Undefined: nobody knows. */
      value: z.number().optional(),
      /** How many cases a share is of. */
      of: z.int().optional(),
      /** Why nobody knows. */
      unknown: z.string().optional(),
    }),
  ),
  /** Of all levels that have to be earned; each takes those of the levels below it, too. */
  requirements: z.array(
    z.object({
      level: z.int(),
      /** Name of a metric. */
      metric: z.string(),
      needs: z.enum(['at-least', 'below', 'at-most']),
      limit: z.number(),
      /** False also for what nobody knows. */
      met: z.boolean(),
    }),
  ),
});
export type ApiAutomation = z.output<typeof automationSchema>;

export const auditRecordSchema = z.object({
  /** Pairs what was asked with how it ended. */
  id: z.string(),
  at: z.number(),
  actor: z.object({ id: z.string(), name: z.string() }),
  /** Operation, such as `startRun`. */
  action: z.string(),
  /** Path of what it is about. */
  subject: z.string(),
  /** HTTP status; none while it is not known how it ended. */
  status: z.int().optional(),
});
export type AuditRecord = z.output<typeof auditRecordSchema>;
export const auditPageSchema = page(auditRecordSchema);

export const serverInfoSchema = z.object({ version: z.string(), pid: z.int(), startedAt: z.number() });
