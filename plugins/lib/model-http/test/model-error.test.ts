import { type ErrorCode, forgeError } from '@forge/plugin-api';
import { describe, expect, test } from 'vitest';
import { modelError } from '../src/index.ts';

const facts = { provider: 'some', model: 'm', baseUrl: 'http://host', started: false, now: 0 };
const anthropic = (status: number | undefined, type: string, message: string, errorCode?: string) =>
  Object.assign(new Error(message), {
    status,
    type,
    error: { type: 'error', error: { type, message, ...(errorCode && { details: { error_code: errorCode } }) } },
  });
const openai = (status: number | undefined, code: string | number | null, message: string, type = 'x') =>
  Object.assign(new Error(message), { status, error: { message, type, code } });
const broken = (message: string, code?: string) =>
  new Error(message, code === undefined ? {} : { cause: Object.assign(new Error('socket'), { code }) });

type Case = readonly [name: string, error: Error, code: ErrorCode, transient: boolean];

const answered: readonly Case[] = [
  ['429', anthropic(429, 'rate_limit_error', 'slow down'), 'LLM_RATE_LIMITED', true],
  [
    '429 while traffic rises too fast',
    anthropic(429, 'rate_limit_error', 'x', 'ramp_limit_exceeded'),
    'LLM_RATE_LIMITED',
    true,
  ],
  [
    '429 of a spend limit',
    anthropic(429, 'rate_limit_error', 'x', 'enforced_spend_limit_reached'),
    'LLM_SPEND_LIMIT',
    false,
  ],
  [
    '429 of a contract',
    anthropic(429, 'rate_limit_error', 'x', 'contract_spend_limit_reached'),
    'LLM_SPEND_LIMIT',
    false,
  ],
  ['429 without quota', openai(429, 'insufficient_quota', 'You exceeded your current quota'), 'LLM_SPEND_LIMIT', false],
  ['429 without balance', openai(429, 'credit_balance_exhausted', 'x'), 'LLM_SPEND_LIMIT', false],
  [
    '400 of a limit set by oneself',
    anthropic(400, 'invalid_request_error', 'You have reached your specified API usage limits.'),
    'LLM_SPEND_LIMIT',
    false,
  ],
  [
    '400 without balance',
    anthropic(400, 'invalid_request_error', 'Your credit balance is too low'),
    'LLM_SPEND_LIMIT',
    false,
  ],
  ['402', anthropic(402, 'billing_error', 'x'), 'LLM_SPEND_LIMIT', false],
  [
    '400 too long',
    anthropic(400, 'invalid_request_error', 'prompt is too long: 9 tokens > 8 maximum'),
    'LLM_CONTEXT_OVERFLOW',
    false,
  ],
  ['400 context_length_exceeded', openai(400, 'context_length_exceeded', 'x'), 'LLM_CONTEXT_OVERFLOW', false],
  [
    '400 of llama.cpp',
    openai(400, null, 'the request exceeds the available context size', 'exceed_context_size_error'),
    'LLM_CONTEXT_OVERFLOW',
    false,
  ],
  ['413', anthropic(413, 'request_too_large', 'x'), 'LLM_CONTEXT_OVERFLOW', false],
  ['404', anthropic(404, 'not_found_error', 'model: x'), 'LLM_MODEL_NOT_FOUND', false],
  ['400 model of LM Studio', openai(400, null, 'Model "x" not found'), 'LLM_MODEL_NOT_FOUND', false],
  ['401', anthropic(401, 'authentication_error', 'x'), 'LLM_CREDENTIALS', false],
  ['403', openai(403, null, 'x'), 'LLM_CREDENTIALS', false],
  ['529', anthropic(529, 'overloaded_error', 'x'), 'LLM_OVERLOADED', true],
  ['503', openai(503, null, 'x'), 'LLM_OVERLOADED', true],
  ['500', openai(500, null, 'x'), 'LLM_UNAVAILABLE', true],
  ['502', openai(502, null, 'x'), 'LLM_UNAVAILABLE', true],
  ['504', openai(504, null, 'x'), 'LLM_UNAVAILABLE', true],
  ['408', openai(408, null, 'x'), 'LLM_UNAVAILABLE', true],
  ['400', anthropic(400, 'invalid_request_error', 'messages: bad'), 'LLM_BAD_REQUEST', false],
  ['422', openai(422, null, 'x'), 'LLM_BAD_REQUEST', false],
  ['overload after 200', anthropic(undefined, 'overloaded_error', 'Overloaded'), 'LLM_OVERLOADED', true],
  ['a number in a stream', openai(undefined, 502, 'upstream'), 'LLM_UNAVAILABLE', true],
];

const unanswered: readonly Case[] = [
  ['refused', broken('Connection error.', 'ECONNREFUSED'), 'LLM_UNAVAILABLE', true],
  ['no such host', broken('Connection error.', 'ENOTFOUND'), 'LLM_UNAVAILABLE', true],
  ['no bytes', broken('fetch failed', 'UND_ERR_SOCKET'), 'LLM_UNAVAILABLE', true],
  ['no code at all', broken('Connection error.'), 'LLM_UNAVAILABLE', true],
  ['a certificate', broken('fetch failed', 'DEPTH_ZERO_SELF_SIGNED_CERT'), 'LLM_UNAVAILABLE', false],
  ['a fault of the program', new TypeError('x is not a function'), 'LLM_BAD_REPLY', false],
  ['bad JSON', new SyntaxError('Unexpected token'), 'LLM_BAD_REPLY', true],
];

const midway: readonly Case[] = [
  ['reset', broken('terminated', 'ECONNRESET'), 'LLM_CUT', true],
  ['terminated', broken('terminated'), 'LLM_CUT', true],
  ['unreadable', new Error('Unexpected event order'), 'LLM_BAD_REPLY', true],
];

describe.each([
  ['before the first byte', answered.concat(unanswered), false],
  ['in the middle of the reply', midway, true],
] as const)('%s', (_, cases, started) => {
  for (const [name, error, code, transient] of cases) {
    test(name, () => {
      const typed = modelError(error, { ...facts, started });
      expect({ code: typed.code, transient: typed.details.transient }).toEqual({ code, transient });
      expect(typed.cause).toBe(error);
      expect(typed.message).toMatch(/^some: /);
    });
  }
});

test('the time to wait comes from the header, or from the words', () => {
  const error = Object.assign(anthropic(429, 'rate_limit_error', 'x'), {
    headers: new Headers({ 'retry-after': '3' }),
  });
  expect(modelError(error, facts).details.retryAfterMs).toBe(3000);
  const spent = anthropic(
    400,
    '',
    'You have reached your specified API usage limits. You will regain access on 1970-01-02 at 00:00 UTC.',
  );
  expect(modelError(spent, facts).details).toMatchObject({ transient: false, retryAfterMs: 86_400_000 });
});

test('a typed error passes, and a long message is shortened', () => {
  const typed = forgeError('LLM_CUT', 'x');
  expect(modelError(typed, facts)).toBe(typed);
  expect(modelError(openai(500, null, 'y'.repeat(10_000)), facts).details.why?.length).toBeLessThan(600);
});
