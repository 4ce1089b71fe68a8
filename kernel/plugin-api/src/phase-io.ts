import { z } from 'zod';

/** What goes into and comes out of each phase. Agents of every make speak these. */

export const phaseNames = ['planning', 'implementation', 'review', 'testing', 'deployment'] as const;
export type PhaseName = (typeof phaseNames)[number];

export const severities = ['info', 'low', 'medium', 'high', 'critical'] as const;
export type Severity = (typeof severities)[number];

export const requirementSchema = z.strictObject({
  task: z.string().trim().min(1),
  constraints: z.array(z.string()).default([]),
  acceptanceCriteria: z.array(z.string()).default([]),
  /** Pictures of what is wanted: base64 without a `data:` prefix. */
  images: z.array(z.strictObject({ mediaType: z.string(), data: z.string() })).default([]),
});
export type Requirement = z.output<typeof requirementSchema>;

/** A cheap look at the repository at the run's base commit, taken by the engine. */
export const projectFactsSchema = z.strictObject({
  /** Paths from the top, sorted; capped, see `fileCount`. */
  files: z.array(z.string()),
  fileCount: z.int(),
  /** Extension to number of files, most frequent first. */
  languages: z.record(z.string(), z.int()),
  /** Contents of manifests at the top, such as package.json, capped. */
  manifests: z.record(z.string(), z.string()),
  readme: z.string().default(''),
  /** AGENTS.md (or CLAUDE.md) at the top: the repository's own instructions to agents. */
  instructions: z.string().default(''),
});
export type ProjectFacts = z.output<typeof projectFactsSchema>;

export const planningInputSchema = z.strictObject({
  requirement: requirementSchema,
  project: projectFactsSchema,
});
export type PlanningInput = z.output<typeof planningInputSchema>;

export const planTaskSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,47}$/, 'expected a short id of lower-case letters, digits and dashes'),
  title: z.string().min(1),
  goal: z.string().min(1),
  /** Paths it expects to touch. */
  files: z.array(z.string()).default([]),
  /** Ids of tasks that must be done before. */
  dependencies: z.array(z.string()).default([]),
  /** How to tell that it is done. */
  acceptance: z.array(z.string()).default([]),
});
export type PlanTask = z.output<typeof planTaskSchema>;

export const planSchema = z.strictObject({
  summary: z.string().min(1),
  /** How well the requirement could be understood: 0 to 1, and what was missing. */
  assessment: z.strictObject({ score: z.number().min(0).max(1), gaps: z.array(z.string()).default([]) }),
  assumptions: z.array(z.string()).default([]),
  tasks: z.array(planTaskSchema).min(1).max(50),
});
export type Plan = z.output<typeof planSchema>;

export const findingSchema = z.strictObject({
  severity: z.enum(severities),
  /** Path from the top of the repository. */
  file: z.string(),
  /** From 1; undefined for a finding about the whole file. */
  line: z.int().min(1).optional(),
  /** The words of that line, so that the finding can be checked. */
  quote: z.string().optional(),
  /** What is wrong and why it matters. */
  message: z.string().min(1),
  suggestion: z.string().optional(),
});
export type Finding = z.output<typeof findingSchema>;

export const testCountsSchema = z.strictObject({
  passed: z.int(),
  failed: z.int(),
  skipped: z.int(),
  /** `junit`: from a report; `parsed`: read from the output; `exit`: only the exit code is known. */
  source: z.enum(['junit', 'parsed', 'exit']),
});
export type TestCounts = z.output<typeof testCountsSchema>;

/** Tests by name: all are counted, the first are named. */
export const namedTestsSchema = z.strictObject({ count: z.int(), names: z.array(z.string()) });
export type NamedTests = z.output<typeof namedTestsSchema>;

/** Tests of the result against those of the base. */
export const testComparisonSchema = z.strictObject({
  /** They fail, twice in a row, and did not fail before; new tests too. */
  newlyFailing: namedTestsSchema,
  /** They pass and did not pass before; new tests too. */
  newlyPassing: namedTestsSchema,
  stillFailing: namedTestsSchema,
  /** They were there before and are not there now. A renamed test counts as one. */
  removed: namedTestsSchema,
  /** They ran before and are skipped now. */
  newlySkipped: namedTestsSchema,
});
export type TestComparison = z.output<typeof testComparisonSchema>;

/** One run of the project's tests, seen by the engine itself. */
export const testEvidenceSchema = z.strictObject({
  /** `base`: the commit the run started from; `result`: with the change. */
  on: z.enum(['base', 'result']),
  commit: z.string(),
  command: z.string(),
  exitCode: z.int().optional(),
  timedOut: z.boolean(),
  counts: testCountsSchema,
  durationMs: z.number(),
  /** SHA-256 of the raw output. */
  outputHash: z.string(),
  /** Head and tail of the output. */
  output: z.string(),
  /** Blob with the names of all tests and how each ended; only where the runner names them. */
  cases: z.string().optional(),
  /** After a failure the tests are run once more on the same commit. All else in the evidence is of the first time. */
  rerun: z
    .strictObject({
      exitCode: z.int().optional(),
      counts: testCountsSchema,
      outputHash: z.string(),
      durationMs: z.number(),
      /** They failed one time and passed the other. */
      flaky: namedTestsSchema,
    })
    .optional(),
  /** Of the result, where the tests of both sides have names. */
  comparison: testComparisonSchema.optional(),
});
export type TestEvidence = z.output<typeof testEvidenceSchema>;

/** Two changes that do not fit. The workspace holds both, with conflict marks where git could not decide. */
export const conflictSchema = z.strictObject({
  /** Files to resolve. */
  files: z.array(z.string()).min(1),
  /** Unified diff of the task's own change, capped. */
  diff: z.string(),
  /** What was merged before and touches these files. */
  others: z.array(z.strictObject({ title: z.string(), goal: z.string(), diff: z.string() })),
  /** Why the attempt before was no merge. */
  faults: z.array(z.string()).default([]),
});
export type Conflict = z.output<typeof conflictSchema>;

export const implementationInputSchema = z.strictObject({
  requirement: requirementSchema,
  plan: planSchema,
  task: planTaskSchema,
  instructions: z.string().default(''),
  /** Why it has to be done again. */
  feedback: z
    .strictObject({
      findings: z.array(findingSchema).default([]),
      failedTests: testEvidenceSchema.optional(),
      /** The task is done; what is left is to bring it together with the others. */
      conflict: conflictSchema.optional(),
    })
    .optional(),
});
export type ImplementationInput = z.output<typeof implementationInputSchema>;

export const commitTypes = [
  'feat',
  'fix',
  'docs',
  'test',
  'refactor',
  'perf',
  'build',
  'ci',
  'chore',
  'style',
] as const;

export const implementationOutputSchema = z.strictObject({
  /** What was done, for a person. */
  summary: z.string(),
  /** A Conventional Commit; the engine writes it. */
  commit: z.strictObject({
    type: z.enum(commitTypes),
    scope: z.string().optional(),
    subject: z.string().min(1).max(200),
    body: z.string().optional(),
  }),
});
export type ImplementationOutput = z.output<typeof implementationOutputSchema>;

export const changeSchema = z.strictObject({
  base: z.string(),
  commit: z.string(),
  branch: z.string(),
  files: z.array(z.strictObject({ path: z.string(), added: z.int(), removed: z.int() })),
});
export type Change = z.output<typeof changeSchema>;

export const reviewInputSchema = z.strictObject({
  requirement: requirementSchema,
  plan: planSchema,
  change: changeSchema,
  /** Unified diff, capped; the workspace has all of it. */
  diff: z.string(),
  instructions: z.string().default(''),
  /** From 1. */
  round: z.int(),
  /** What was found in earlier rounds. */
  previousFindings: z.array(findingSchema).default([]),
});
export type ReviewInput = z.output<typeof reviewInputSchema>;

export const reviewOutputSchema = z.strictObject({
  approved: z.boolean(),
  findings: z.array(findingSchema),
  summary: z.string().optional(),
});
export type ReviewOutput = z.output<typeof reviewOutputSchema>;

export const testCommandSchema = z.strictObject({
  /** Program and arguments, no shell. */
  command: z.array(z.string()).min(1),
  /** From the top of the repository. Default: the top. */
  directory: z.string().default('.'),
  /** One of `testRunners`: how to read names and counts. Any other word: tried with all of them. */
  runner: z.string(),
});
export type TestCommand = z.output<typeof testCommandSchema>;

export const testingInputSchema = z.strictObject({
  requirement: requirementSchema,
  project: projectFactsSchema,
  change: changeSchema,
});
export type TestingInput = z.output<typeof testingInputSchema>;

export const testingOutputSchema = z.strictObject({
  /** Undefined: the project has no tests that could be found. */
  test: testCommandSchema.optional(),
  /** Commands that prepare a fresh checkout, such as `npm ci`. */
  setup: z.array(testCommandSchema).default([]),
  /** How it was found out. */
  reason: z.string(),
});
export type TestingOutput = z.output<typeof testingOutputSchema>;

export const riskLevels = ['low', 'medium', 'high'] as const;
export type RiskLevel = (typeof riskLevels)[number];

export const deploymentInputSchema = z.strictObject({
  requirement: requirementSchema,
  plan: planSchema,
  change: changeSchema,
  openFindings: z.array(findingSchema),
  tests: z.array(testEvidenceSchema),
  /** 0 to 4. */
  automationLevel: z.int().min(0).max(4),
});
export type DeploymentInput = z.output<typeof deploymentInputSchema>;

export const deploymentOutputSchema = z.strictObject({
  risk: z.enum(riskLevels),
  reasons: z.array(z.string()).min(1),
});
export type DeploymentOutput = z.output<typeof deploymentOutputSchema>;

/** Agent types that phases call, with what they take and give. Other types are free. */
export const agentContracts = {
  planner: { phase: 'planning', input: planningInputSchema, output: planSchema },
  implementer: { phase: 'implementation', input: implementationInputSchema, output: implementationOutputSchema },
  reviewer: { phase: 'review', input: reviewInputSchema, output: reviewOutputSchema },
  tester: { phase: 'testing', input: testingInputSchema, output: testingOutputSchema },
  deployer: { phase: 'deployment', input: deploymentInputSchema, output: deploymentOutputSchema },
} as const satisfies Record<string, { phase: PhaseName; input: z.ZodType; output: z.ZodType }>;

export type AgentType = keyof typeof agentContracts;
export const agentTypes = Object.keys(agentContracts) as readonly AgentType[];
export type AgentInput<T extends AgentType = AgentType> = z.output<(typeof agentContracts)[T]['input']>;
export type AgentOutput<T extends AgentType = AgentType> = z.output<(typeof agentContracts)[T]['output']>;
