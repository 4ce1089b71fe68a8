import { z } from 'zod';
import type { AgentLLM } from './agent.ts';
import { forgeError } from './errors.ts';
import type { JsonSchema } from './json.ts';
import type { Message } from './llm.ts';
import { parseAnswer } from './tool-loop.ts';

/** How often a reply that does not fit the schema is sent back with its faults. */
const repairs = 2;

/** `ctx.llm.object`: one conversation that ends in a value that fits the schema. */
export function createObjectCall(chat: AgentLLM['chat']): AgentLLM['object'] {
  return async ({ schema, name, ...request }) => {
    const output = { name, schema: z.toJSONSchema(schema, { io: 'input' }) as JsonSchema };
    const messages: Message[] = [...request.messages];
    for (let tries = 0; ; tries += 1) {
      const reply = await chat({ ...request, messages: [...messages], output });
      const text = reply.content.map((block) => (block.type === 'text' ? block.text : '')).join('');
      const parsed = parseAnswer(text, schema);
      if (parsed.ok) return parsed.value;
      if (reply.stopReason === 'refusal')
        throw forgeError('LLM_REFUSED', `The model declined to answer: ${text.slice(0, 200)}`);
      if (tries >= repairs)
        throw forgeError('OUTPUT_INVALID', `The model's answer "${name}" does not fit its schema`, {
          why: parsed.fault,
        });
      messages.push(
        { role: 'assistant', content: reply.content },
        {
          role: 'user',
          content: [
            {
              type: 'text',
              text: `That is not a valid "${name}": ${parsed.fault}\nAnswer again with the corrected JSON only.`,
            },
          ],
        },
      );
    }
  };
}
