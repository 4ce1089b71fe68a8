import type { ContentBlock, RecordedReply, RecordingHeader } from '@forge/plugin-api';
import type { Dialogue, ToolRequest, Turn } from './dialogue.ts';
import { TokenMeter } from './usage.ts';

// Says what it is: nobody's model, but words written for the demo.
const header: RecordingHeader = { forgeRecording: 1, provider: 'demo', model: 'written-for-the-demo' };

/** How the agents name their answers, by the phase in an execution's id. */
const outputs: Readonly<Record<string, string>> = { planning: 'plan', implementation: 'result', review: 'review' };

/** The text of a recording: a header, then one line for each reply. */
export function recordingOf(dialogues: readonly Dialogue[]): string {
  const lines = [header, ...dialogues.flatMap(repliesOf)];
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}

/** Replies under their numbers among the model calls of their execution. */
function repliesOf({ executionId, turns }: Dialogue): RecordedReply[] {
  const meter = new TokenMeter();
  return turns.map((turn, index) => replyOf(turn, meter, `${executionId}/${index + 1}`));
}

function replyOf(turn: Turn, meter: TokenMeter, call: string): RecordedReply {
  const calls = callsOf(turn);
  const content = contentOf(turn, call);
  return {
    call,
    asked: { tools: [...new Set(calls.map(({ tool }) => tool))], output: outputs[call.split('/')[0] ?? ''] },
    reply: {
      model: 'written-for-the-demo',
      content,
      stopReason: calls.length > 0 ? 'tool_use' : 'end',
      usage: meter.reply(content, calls),
    },
  };
}

function callsOf(turn: Turn): readonly ToolRequest[] {
  return 'calls' in turn ? turn.calls : [];
}

function contentOf(turn: Turn, call: string): ContentBlock[] {
  if ('answer' in turn) return [{ type: 'text', text: JSON.stringify(turn.answer) }];
  const uses = turn.calls.map(({ tool, input }, index) => ({
    type: 'tool_use' as const,
    id: `${call.replaceAll('/', '-')}-${index + 1}`,
    name: tool,
    input,
  }));
  return [{ type: 'text', text: turn.say }, ...uses];
}
