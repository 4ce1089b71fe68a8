import { forgeError } from '@forge/plugin-api';

/** The data of server-sent events, until the stream ends or says `[DONE]`. */
export async function* readEvents(
  body: ReadableStream<Uint8Array>,
  { heard, maxBytes }: { readonly heard: () => void; readonly maxBytes: number },
): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let bytes = 0;
  let waiting = '';
  for await (const piece of body as unknown as AsyncIterable<Uint8Array>) {
    heard();
    bytes += piece.byteLength;
    if (bytes > maxBytes) throw forgeError('LLM_BAD_REPLY', `The reply is larger than ${maxBytes} bytes`);
    const lines = (waiting + decoder.decode(piece, { stream: true })).split('\n');
    waiting = lines.pop() ?? '';
    for (const line of lines) {
      if (!line.startsWith('data:')) continue;
      const data = line.slice('data:'.length).trim();
      if (data === '[DONE]') return;
      yield data;
    }
  }
}
