import { type ChatRequest, type ChatResponse, forgeError, type LLMProvider, type ForgeEvent } from '@forge/plugin-api';
import type { SimProcess } from './sim-process.ts';
import type { SimWorld } from './sim-world.ts';

const capabilities = {
  contextTokens: 200_000,
  maxOutputTokens: 1_000,
  tools: true,
  images: false,
  structuredOutput: true,
  // A thousand tokens of answer are ten cents at most.
  price: { input: 1, output: 100, cacheRead: 1, cacheWrite: 1, asOf: '2026-01-01' },
};

/** The model as one process reaches it: it says the same to the same conversation, sometimes only at the second try. */
export function createSimModel(world: SimWorld, process: SimProcess): LLMProvider {
  return {
    name: 'simulated',
    defaultModel: 'simulated',
    capabilities: () => (world.bug === 'cheap estimate' ? { ...capabilities, maxOutputTokens: 1 } : capabilities),
    chat: (request, { callId }) =>
      process.act(3_000, async () => {
        world.broken.push(...(await repaid(world, callId)), ...unanswered(request));
        const dice = world.random();
        if (world.troubles > 0 && dice < 0.1) {
          world.troubles -= 1;
          const wait = dice < 0.03 ? { retryAfterMs: 30_000 } : {};
          throw forgeError('LLM_OVERLOADED', 'The simulated model is overloaded', { transient: true, ...wait });
        }
        return replyTo(world, request);
      }),
  };
}

function replyTo({ plan, random }: SimWorld, request: ChatRequest): ChatResponse {
  const [role = '', id = ''] = request.system.split(' ');
  const turn = request.messages.filter((message) => message.role === 'assistant').length;
  const calls = role === 'implementer' ? plan.turns.get(id)?.[turn] : undefined;
  const answer = {
    planner: plan.plan,
    implementer: { summary: `did ${id}`, commit: { type: 'feat', subject: id } },
    reviewer:
      Number(id) > plan.faultyRounds
        ? { approved: true, findings: [] }
        : { approved: false, findings: [{ severity: 'high', file: 'README.md', message: `fault ${id}` }] },
  }[role];
  return {
    model: 'simulated',
    stopReason: calls === undefined ? 'end' : 'tool_use',
    content:
      calls === undefined
        ? [{ type: 'text', text: JSON.stringify(answer) }]
        : calls.map(({ tool, input }, at) => ({ type: 'tool_use', id: `${turn}-${at}`, name: tool, input })),
    // Some providers do not say what a call cost.
    ...(random() < 0.1
      ? {}
      : {
          usage: {
            inputTokens: 10,
            outputTokens: Math.ceil(random() * 900),
            cacheReadTokens: 0,
            cacheWriteTokens: 0,
          },
        }),
  };
}

/** A call whose reply was durable before it was made. */
async function repaid({ store }: SimWorld, callId: string): Promise<string[]> {
  const [runId = '', phase, task, attempt, number] = callId.split('/');
  const executionId = [phase, task, attempt].join('/');
  const events = (await store.readEvents(runId)).filter((event: ForgeEvent) => event.executionId === executionId);
  const answered = events.filter(({ type }) => type === 'llm.responded').length;
  return answered >= Number(number) ? [`call ${callId} was paid for twice`] : [];
}

/** Each `tool_use` of the conversation has exactly one result, in the message that follows. */
function unanswered({ messages }: ChatRequest): string[] {
  return messages.flatMap((message, at) => {
    const asked = message.content.flatMap((block) => (block.type === 'tool_use' ? [block.id] : []));
    const next = messages[at + 1]?.content ?? [];
    const answered = next.flatMap((block) => (block.type === 'tool_result' ? [block.toolUseId] : []));
    return JSON.stringify(asked.sort()) === JSON.stringify(answered.sort())
      ? []
      : [`asked for ${asked.join(', ')}, answered ${answered.join(', ')}`];
  });
}
