import { eventSchemas, type EventPayload, type EventType, type ForgeEvent } from '@forge/plugin-api';

export const runId = '01JTESTRUN00000000000RATE1';
export const startedAt = 1_764_000_000_000;

type Meta = Partial<
  Pick<ForgeEvent, 'phase' | 'taskId' | 'executionId' | 'rationale' | 'source' | 'tokensUsed' | 'costUsd'>
>;
export type Step = readonly [seconds: number, event: (seq: number, timestamp: number) => ForgeEvent];

/** One event `seconds` after the one before it. Its payload is checked, so that no fixture shows what cannot be. */
export function step<T extends EventType>(seconds: number, type: T, payload: EventPayload<T>, meta: Meta = {}): Step {
  eventSchemas[type].parse(payload);
  return [
    seconds,
    (seq, timestamp) =>
      ({
        id: `event-${seq}`,
        traceId: runId,
        seq,
        timestamp,
        type,
        source: 'kernel',
        payload,
        fence: 1,
        previousHash: `hash-${seq - 1}`,
        hash: `hash-${seq}`,
        ...meta,
      }) as unknown as ForgeEvent,
  ];
}

/** Numbers the steps and gives them their times. */
export function story(...steps: readonly Step[]): ForgeEvent[] {
  let timestamp = startedAt;
  return steps.map(([seconds, make], index) => {
    timestamp += seconds * 1000;
    return make(index + 1, timestamp);
  });
}

export function started(changes: Partial<EventPayload<'run.started'>> = {}): Step {
  return step(0, 'run.started', {
    requirement: { task: 'Add rate limiting', constraints: [], acceptanceCriteria: [], images: [] },
    base: { commit: 'b'.repeat(40), branch: 'main', dirty: false },
    branch: 'forge/01JTEST-rate-limiting',
    budgetUsd: 2,
    automationLevel: 1,
    phases: ['planning', 'implementation', 'review', 'testing', 'deployment'],
    agents: { planner: 'planner', implementer: 'implementer' },
    models: { planner: 'anthropic:large', implementer: 'anthropic:large' },
    recorded: false,
    forgeVersion: '0.1.0',
    ...changes,
  });
}

export function planned(): Step {
  return step(
    1,
    'plan.created',
    {
      plan: {
        summary: 'A limiter as middleware',
        assessment: { score: 0.9, gaps: [] },
        assumptions: [],
        tasks: [task('limiter-middleware', []), task('tests', []), task('docs', ['limiter-middleware'])],
      },
    },
    { phase: 'planning' },
  );
}

function task(id: string, dependencies: string[]) {
  return { id, title: `The ${id}`, goal: `Write the ${id}`, files: [], dependencies, acceptance: [] };
}

export function begun(executionId: string, agent: string, phase: string, taskId?: string, seconds = 0): Step {
  const meta = { executionId, phase, ...(taskId === undefined ? {} : { taskId }) };
  return step(seconds, 'execution.started', { agent, agentType: agent, inputHash: 'h' }, meta);
}

export function doing(executionId: string, description: string, meta: Meta = {}): Step {
  const payload = {
    ordinal: 1,
    tool: 'fs',
    input: {},
    inputHash: 'h',
    effect: 'read',
    idempotencyKey: 'k',
    description,
  };
  return step(1, 'tool.intent', payload, { executionId, ...meta });
}

export function replied(executionId: string, costUsd: number | undefined, tokens: number, meta: Meta = {}): Step {
  return step(
    2,
    'llm.responded',
    {
      ordinal: 1,
      response: {},
      usage: { inputTokens: tokens, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 },
      ...(costUsd === undefined ? {} : { costUsd }),
      estimated: false,
    },
    { executionId, ...meta },
  );
}

export function tested(on: 'base' | 'result', passed: number, failed = 0): Step {
  return step(
    3,
    'tests.ran',
    {
      round: 1,
      evidence: {
        on,
        commit: 'c'.repeat(40),
        command: 'npm test',
        exitCode: failed > 0 ? 1 : 0,
        timedOut: false,
        counts: { passed, failed, skipped: 0, source: 'parsed' },
        durationMs: 900,
        outputHash: 'h',
        output: 'tap',
      },
    },
    { phase: 'testing' },
  );
}

export const finding = {
  severity: 'high',
  file: 'src/limit.ts',
  line: 12,
  message: 'the window is never reset',
} as const;

/** Planning is over, two tasks are under way. */
export const midway: readonly Step[] = [
  started(),
  step(0, 'sandbox.selected', { name: 'bubblewrap', level: 'namespace', detail: 'works here' }),
  step(0, 'phase.entered', { phase: 'planning' }),
  begun('p1', 'planner', 'planning', undefined, 1),
  replied('p1', 0.06, 12_000, { phase: 'planning' }),
  step(0, 'execution.completed', { output: {}, outputHash: 'h' }, { executionId: 'p1' }),
  planned(),
  step(37, 'phase.completed', { phase: 'planning', summary: '3 tasks' }),
  step(0, 'phase.entered', { phase: 'implementation' }),
  step(0, 'task.started', { taskId: 'limiter-middleware', title: 'Limiter', base: 'b' }),
  begun('i1', 'implementer', 'implementation', 'limiter-middleware'),
  step(0, 'task.started', { taskId: 'tests', title: 'Tests', base: 'b' }),
  begun('i2', 'implementer', 'implementation', 'tests'),
  replied('i1', 0.11, 30_000, { phase: 'implementation', taskId: 'limiter-middleware' }),
  doing('i1', 'editing src/mw/limit.ts', { phase: 'implementation', taskId: 'limiter-middleware' }),
  replied('i2', 0.09, 19_000, { phase: 'implementation', taskId: 'tests' }),
  doing('i2', 'npm test -- limit', { phase: 'implementation', taskId: 'tests' }),
];

/** The whole way. */
export const complete: readonly Step[] = [
  ...midway,
  step(0, 'execution.completed', { output: {}, outputHash: 'h' }, { executionId: 'i1' }),
  step(0, 'execution.completed', { output: {}, outputHash: 'h' }, { executionId: 'i2' }),
  step(20, 'task.merged', { taskId: 'limiter-middleware', commit: 'd'.repeat(40) }),
  step(0, 'task.completed', { taskId: 'limiter-middleware', summary: 'wrote it' }),
  step(1, 'task.merged', { taskId: 'tests', commit: 'e'.repeat(40) }),
  step(1, 'task.merged', { taskId: 'docs', commit: 'f'.repeat(40) }),
  step(0, 'phase.completed', { phase: 'implementation', summary: '3 tasks' }),
  step(0, 'phase.entered', { phase: 'review' }),
  step(5, 'finding.detected', { finding, round: 1 }, { phase: 'review' }),
  step(30, 'finding.resolved', { finding, round: 2 }, { phase: 'review' }),
  step(1, 'phase.completed', { phase: 'review', summary: '1 finding fixed, 0 open' }),
  step(0, 'phase.entered', { phase: 'testing' }),
  tested('base', 32),
  tested('result', 41),
  step(0, 'phase.completed', { phase: 'testing', summary: 'tests pass' }),
  step(0, 'phase.entered', { phase: 'deployment' }),
  step(1, 'deployment.stage', { deployer: 'git-branch', stage: 'branch', location: 'forge/01JTEST-rate-limiting' }),
  step(0, 'phase.completed', { phase: 'deployment', summary: 'delivered' }),
  step(1, 'run.completed', {
    summary: 'Rate limiting is in',
    proof: 'It works.',
    change: {
      base: 'b'.repeat(40),
      commit: 'f'.repeat(40),
      branch: 'forge/01JTEST-rate-limiting',
      files: [
        { path: 'src/limit.ts', added: 100, removed: 0 },
        { path: 'src/app.ts', added: 18, removed: 4 },
      ],
    },
  }),
];

export const approvalRequest = {
  id: '01JREQUEST',
  runId,
  kind: 'approval',
  title: 'Deliver the branch?',
  body: 'git-branch: forge/01JTEST-rate-limiting',
  options: [],
  reason: 'deployment',
  subjectHash: 'h',
  createdAt: startedAt,
} as const;

export function parkedForApproval(): Step[] {
  return [
    step(1, 'request.opened', { request: { ...approvalRequest, options: [] } }),
    step(0, 'run.parked', { reason: 'approval', detail: 'Deliver the branch?', requestId: approvalRequest.id }),
  ];
}
