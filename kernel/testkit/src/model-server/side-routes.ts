import { createHash } from 'node:crypto';
import { asText } from './json.ts';
import type { ModelRequest } from './model-request.ts';
import type { HttpAnswer } from './wire.ts';

const DEFAULT_DIMENSIONS = 64;

/** The list of models, or one of them, in the shape of the API that asked. */
export function modelsAnswer(request: ModelRequest, models: readonly string[]): HttpAnswer {
  const one = /\/models\/(.+)$/.exec(request.path)?.[1];
  if (one !== undefined) {
    return models.includes(decodeURIComponent(one))
      ? { status: 200, headers: {}, body: model(request, decodeURIComponent(one)) }
      : { status: 404, headers: {}, body: { error: { type: 'not_found_error', message: `model: ${one}` } } };
  }
  const data = models.map((id) => model(request, id));
  const page = { data, has_more: false, first_id: models[0] ?? null, last_id: models.at(-1) ?? null };
  return { status: 200, headers: {}, body: request.protocol === 'anthropic' ? page : { object: 'list', data } };
}

const model = (request: ModelRequest, id: string): object =>
  request.protocol === 'anthropic'
    ? { id, type: 'model', display_name: id, created_at: '2025-01-01T00:00:00Z' }
    : { id, object: 'model', created: 1_700_000_000, owned_by: 'script' };

/** A vector of length 1 that depends on the words alone: equal texts are equal, and shared words bring texts closer. */
export function embeddingOf(text: string, dimensions: number): Float32Array {
  const vector = new Float32Array(dimensions);
  for (const word of text.toLowerCase().match(/\w+/g) ?? ['']) {
    const hash = createHash('sha256').update(word).digest();
    const at = hash.readUInt32LE(0) % dimensions;
    vector[at] = (vector[at] ?? 0) + (hash.readUInt8(4) % 2 === 0 ? 1 : -1);
  }
  const length = Math.hypot(...vector) || 1;
  return vector.map((value) => value / length);
}

/** Embeddings for one text or several; base64 when asked, as the official SDK does. */
export function embeddingsAnswer(request: ModelRequest): HttpAnswer {
  const { input, dimensions, encoding_format: format } = request.body;
  const texts = Array.isArray(input) ? input.map(asText) : [asText(input)];
  const size = typeof dimensions === 'number' ? dimensions : DEFAULT_DIMENSIONS;
  const data = texts.map((text, index) => {
    const vector = embeddingOf(text, size);
    const embedding = format === 'base64' ? Buffer.from(vector.buffer).toString('base64') : [...vector];
    return { object: 'embedding', index, embedding };
  });
  const tokens = texts.reduce((sum, text) => sum + Math.ceil(text.length / 4), 0);
  const usage = { prompt_tokens: tokens, total_tokens: tokens };
  return { status: 200, headers: {}, body: { object: 'list', data, model: request.model, usage } };
}
