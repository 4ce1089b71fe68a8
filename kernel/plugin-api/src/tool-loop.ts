import { z } from 'zod';
import type { AgentContext } from './agent.ts';
import { forgeError } from './errors.ts';
import type { JsonSchema } from './json.ts';
import type { ChatResponse, ContentBlock, Message, ToolResultBlock, ToolUseBlock } from './llm.ts';

export interface ToolLoopRequest<T extends z.ZodType> {
  /** The same on every turn. */
  readonly system: string;
  /** The first message: text, pictures. */
  readonly opening: readonly ContentBlock[];
  /** What the model must answer once it needs no more tools. */
  readonly answer: { readonly name: string; readonly schema: T };
}

/** How often an answer that does not fit the schema is sent back with its faults. */
const repairs = 2;
/** How often a reply cut by the output limit is continued. */
const continuations = 3;

/**
 * The native loop of an agent: the model calls tools until it gives its answer, which is checked against the schema.
 * History only grows, so a provider's prompt cache keeps hitting. Every `tool_use` gets exactly one `tool_result`.
 * Limits are the kernel's: its breakers end a loop that does not end by itself.
 */
export async function runToolLoop<T extends z.ZodType>(
  ctx: AgentContext,
  request: ToolLoopRequest<T>,
): Promise<z.output<T>> {
  const { system, answer } = request;
  const schema = z.toJSONSchema(answer.schema, { io: 'input' }) as JsonSchema;
  const tools = ctx.tools.specs;
  const messages: Message[] = [{ role: 'user', content: request.opening }];
  let repaired = 0;
  let continued = 0;

  for (;;) {
    const reply = await ctx.llm.chat({
      system,
      messages: [...messages],
      ...(tools.length > 0 ? { tools } : {}),
      output: { name: answer.name, schema },
    });
    messages.push({ role: 'assistant', content: reply.content });
    const calls = toolCalls(reply);

    if (calls.length > 0) {
      messages.push({ role: 'user', content: await answerCalls(ctx, calls, reply) });
      continue;
    }
    if (reply.stopReason === 'refusal') {
      throw forgeError(
        'LLM_REFUSED',
        `The model declined to go on: ${textOf(reply).slice(0, 200) || 'no reason given'}`,
      );
    }
    if (reply.stopReason === 'output_limit') {
      if (++continued > continuations)
        throw forgeError('LLM_OUTPUT_LIMIT', 'The model reached its output limit again and again');
      messages.push(userText('Your reply was cut at the output limit. Give it again, shorter.'));
      continue;
    }
    const parsed = parseAnswer(textOf(reply), answer.schema);
    if (parsed.ok) return parsed.value;
    if (++repaired > repairs) {
      throw forgeError('OUTPUT_INVALID', `The model's answer "${answer.name}" does not fit its schema`, {
        why: parsed.fault,
      });
    }
    messages.push(
      userText(`That is not a valid "${answer.name}": ${parsed.fault}\nAnswer again with the corrected JSON only.`),
    );
  }
}

function toolCalls(reply: ChatResponse): ToolUseBlock[] {
  return reply.content.filter((block) => block.type === 'tool_use');
}

function textOf(reply: ChatResponse): string {
  return reply.content.map((block) => (block.type === 'text' ? block.text : '')).join('');
}

function userText(text: string): Message {
  return { role: 'user', content: [{ type: 'text', text }] };
}

async function answerCalls(
  ctx: AgentContext,
  calls: readonly ToolUseBlock[],
  reply: ChatResponse,
): Promise<ToolResultBlock[]> {
  const results: ToolResultBlock[] = [];
  const cut = reply.stopReason === 'output_limit' ? calls.at(-1) : undefined;
  for (const call of calls) {
    results.push(await answerCall(ctx, call, call === cut));
  }
  return results;
}

async function answerCall(ctx: AgentContext, call: ToolUseBlock, wasCut: boolean): Promise<ToolResultBlock> {
  const failed = (text: string): ToolResultBlock => ({ type: 'tool_result', toolUseId: call.id, text, isError: true });
  if (wasCut)
    return failed('This call was cut at the output limit and was not run. Call again with less text at once.');
  if (call.invalidInput !== undefined)
    return failed(`The arguments are not a JSON object: ${call.invalidInput.slice(0, 200)}`);
  const outcome = await ctx.tools.call(call.name, call.input);
  return { type: 'tool_result', toolUseId: call.id, text: outcome.text, ...(outcome.ok ? {} : { isError: true }) };
}

type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly fault: string };

/** Finds the JSON in a model's text, which may stand between other words or in a code fence. */
export function parseAnswer<T extends z.ZodType>(text: string, schema: T): Parsed<z.output<T>> {
  const from = text.indexOf('{');
  const to = text.lastIndexOf('}');
  if (from < 0 || to < from) return { ok: false, fault: 'there is no JSON object in it' };
  let value: unknown;
  try {
    value = JSON.parse(text.slice(from, to + 1));
  } catch (error) {
    return { ok: false, fault: error instanceof Error ? error.message : String(error) };
  }
  const result = schema.safeParse(value);
  return result.success ? { ok: true, value: result.data } : { ok: false, fault: z.prettifyError(result.error) };
}
