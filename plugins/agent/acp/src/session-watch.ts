import type { PromptResponse, SessionUpdate } from '@agentclientprotocol/sdk';
import type { ToolContext, Usage } from '@forge/plugin-api';

/** Of one session: an agent that talks without end fills no log. */
const mostProgress = 300;
const mostWords = 200;
/** Of its last words. */
const mostMessage = 20_000;

/** What a session tells while it goes on. */
export interface SessionWatch {
  see(update: SessionUpdate): void;
  tell(words: string): void;
  /** What it said since its last call of a tool. */
  readonly message: string;
  /** Pays for it, as far as it says what it has used. True when it says what that costs or how much it was. */
  pay(agent: string, response: Pick<PromptResponse, 'usage'> | undefined): boolean;
}

export function createSessionWatch(ctx: Pick<ToolContext, 'progress' | 'spend'>): SessionWatch {
  let told = 0;
  let message = '';
  let costUsd: number | undefined;
  const titles = new Map<string, string>();
  const tell = (words: string) => {
    told += 1;
    if (told <= mostProgress) ctx.progress(words.replaceAll(/\s+/g, ' ').slice(0, mostWords));
  };
  return {
    tell,
    get message() {
      return message.trim();
    },
    see(update) {
      switch (update.sessionUpdate) {
        case 'agent_message_chunk':
          if (update.content.type === 'text') message = `${message}${update.content.text}`.slice(-mostMessage);
          return;
        case 'tool_call':
          message = '';
          titles.set(update.toolCallId, update.title);
          tell(update.title);
          return;
        case 'tool_call_update':
          if (update.status === 'failed') tell(`failed: ${titles.get(update.toolCallId) ?? update.toolCallId}`);
          return;
        case 'usage_update':
          if (update.cost?.currency === 'USD') costUsd = update.cost.amount;
          return;
        default:
      }
    },
    pay(agent, response) {
      const usage = usageOf(response?.usage);
      ctx.spend({
        provider: 'acp',
        model: agent,
        usage: usage ?? nothing,
        ...(costUsd === undefined ? {} : { costUsd }),
      });
      return usage !== undefined || costUsd !== undefined;
    },
  };
}

const nothing: Usage = { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 };

function usageOf(usage: PromptResponse['usage']): Usage | undefined {
  if (usage === undefined || usage === null) return undefined;
  const { inputTokens, outputTokens, cachedReadTokens, cachedWriteTokens } = usage;
  return {
    inputTokens,
    outputTokens,
    cacheReadTokens: cachedReadTokens ?? 0,
    cacheWriteTokens: cachedWriteTokens ?? 0,
  };
}
