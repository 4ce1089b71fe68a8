import { jsonSchema, recallQuerySchema, z } from '@forge/plugin-api';
import { eventLine } from '../render/event-lines.ts';
import { applyEvent } from '../render/fold-run.ts';
import { emptyRunView } from '../render/run-view.ts';
import { resolveRun } from '../resolve-id.ts';
import { nothingStored, storedRuns } from '../stored-runs.ts';
import { runStatusSchema } from './run-status.ts';
import { defineMcpTool, type McpTool } from './tool.ts';
import { waitForRun, waitSeconds } from './wait-for-run.ts';

const annotations = { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false };
const run = z.string().optional().describe('Id of a run, or a unique start or end of it. Without it the newest.');

const runs = defineMcpTool({
  name: 'runs',
  title: 'List runs',
  description: 'The runs of this repository, the newest first.',
  input: z.strictObject({ limit: z.int().min(1).max(100).default(10) }),
  output: z.object({
    runs: z.array(z.object({ run: z.string(), task: z.string(), status: z.string(), createdAt: z.string() })),
  }),
  annotations,
  async run({ limit }, { forge }) {
    const found = await (await storedRuns(forge)).listRuns({ limit });
    const shown = found.map(({ id, task, status, createdAt }) => {
      return { run: id, task, status, createdAt: new Date(createdAt).toISOString() };
    });
    return { runs: shown };
  },
});

const status = defineMcpTool({
  name: 'status',
  title: 'See where a run is',
  description: 'Phases, tasks, costs of a run, what it waits for, and what it delivered. Can wait for it to end.',
  input: z.strictObject({ run, waitSeconds }),
  output: runStatusSchema,
  annotations,
  async run({ run: given, waitSeconds: seconds }, call) {
    const { id } = await resolveRun(await storedRuns(call.forge), given);
    return waitForRun(call, id, seconds);
  },
});

const events = defineMcpTool({
  name: 'events',
  title: 'Read what a run did',
  description: 'The events of a run in order, a line each; with full: all that they hold, which may be long.',
  input: z.strictObject({
    run,
    after: z.int().min(0).default(0).describe('Only events after that number.'),
    limit: z.int().min(1).max(500).default(100),
    full: z.boolean().default(false),
  }),
  output: z.object({
    events: z.array(
      z.object({ seq: z.int(), type: z.string(), at: z.string(), text: z.string(), payload: jsonSchema.optional() }),
    ),
    /** Give it as `after` for what comes next. */
    next: z.int(),
    more: z.boolean(),
  }),
  annotations,
  async run({ run: given, after, limit, full }, { forge }) {
    const store = await storedRuns(forge);
    const { id } = await resolveRun(store, given);
    let view = emptyRunView;
    const shown = (await store.readEvents(id)).flatMap((event) => {
      view = applyEvent(view, event);
      const line = event.seq <= after ? undefined : eventLine(event, view);
      if (event.seq <= after || (!full && (line === undefined || line.detail))) return [];
      const { seq, type, timestamp, payload } = event;
      const at = new Date(timestamp).toISOString();
      return [{ seq, type, at, text: line?.text ?? '', ...(full ? { payload } : {}) }];
    });
    const page = shown.slice(0, limit);
    const more = shown.length > limit;
    return { events: page, next: more ? (page.at(-1)?.seq ?? after) : Math.max(after, view.lastSeq), more };
  },
});

const diff = defineMcpTool({
  name: 'diff',
  title: 'See the change of a run',
  description: 'What a run has changed so far, as a unified diff.',
  input: z.strictObject({ run, maxCharacters: z.int().min(1_000).max(1_000_000).default(60_000) }),
  annotations,
  async run({ run: given, maxCharacters }, { forge, runs: local }) {
    const { id, status: now } = await resolveRun(await storedRuns(forge), given);
    if (now !== 'running') await local.settled(id);
    const text = await (await forge.engine()).diff(id);
    if (text === '') return 'Nothing is changed yet.';
    if (text.length <= maxCharacters) return text;
    const head = text.slice(0, text.lastIndexOf('\n', maxCharacters) + 1);
    return `${head}[… ${text.length - head.length} more characters; ask with a higher maxCharacters …]\n`;
  },
});

const memorySearch = defineMcpTool({
  name: 'memory_search',
  title: 'Search what was learned',
  description:
    'What Forge has learned in earlier runs of this repository that bears on some words; the newest without.',
  input: z.strictObject({
    query: z.string().default(''),
    scope: recallQuerySchema.shape.scope.describe('current, global, or repo:<id>.'),
    limit: z.int().min(1).max(50).default(10),
  }),
  output: z.object({
    memories: z.array(
      z.object({
        id: z.string(),
        type: z.string(),
        content: z.string(),
        context: z.string(),
        confidence: z.number(),
        score: z.number(),
        tags: z.array(z.string()),
      }),
    ),
  }),
  annotations,
  async run({ query, scope, limit }, { forge }) {
    const asked = { context: query, scope, limit, repoId: forge.repositoryId };
    const found = nothingStored(forge, 'memory') ? [] : await (await forge.memory()).recall(asked);
    const memories = found.map(({ id, type, content, context, confidence, score, tags }) => {
      return { id, type, content, context, confidence, score, tags: [...tags] };
    });
    return { memories };
  },
});

/** What changes nothing. */
export const lookTools: readonly McpTool[] = [runs, status, events, diff, memorySearch];
