import { z } from '@forge/plugin-api';

const wholeReply = z.looseObject({ choices: z.array(z.looseObject({ message: z.unknown() })) });

/**
 * A server that does not stream sends its reply in one piece. It becomes the only event of a stream, so it is read like all
 * others. What is no reply stays as it is.
 */
export async function asStream(response: Response): Promise<Response> {
  if (!response.ok || !/^application\/json\b/i.test(response.headers.get('content-type') ?? '')) return response;
  const text = await response.text();
  const { success, data } = wholeReply.safeParse(JSON.parse(text));
  if (!success) return new Response(text, { headers: response.headers });
  const choices = data.choices.map(({ message, ...choice }) => ({ ...choice, delta: message }));
  const events = [JSON.stringify({ ...data, choices }), '[DONE]'].map((event) => `data: ${event}\n\n`);
  return new Response(events.join(''), { headers: { 'content-type': 'text/event-stream' } });
}
