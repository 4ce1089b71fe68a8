import type { ContentBlock, Message } from '@forge/plugin-api';
import { expect, test } from 'vitest';
import { overridden, rowOf, toolUse, withCutCall, withUniqueCallIds } from '../src/index.ts';

const use = (id: string): ContentBlock => ({ type: 'tool_use', id, name: 'read', input: {} });
const idsOf = (content: readonly ContentBlock[]) => content.map((block) => (block.type === 'tool_use' ? block.id : ''));

test('call ids become unique within the reply and over the conversation', () => {
  const history: Message[] = [{ role: 'assistant', content: [use('a'), use('call')] }];
  const content = [use('b'), use('b'), use('a'), use(''), use(''), use('c')];
  expect(idsOf(withUniqueCallIds(content, history))).toEqual(['b', 'b_2', 'a_2', 'call_2', 'call_3', 'c']);
});

test('a reply without calls is not touched', () => {
  const content: ContentBlock[] = [{ type: 'text', text: 'x' }];
  expect(withUniqueCallIds(content, [])).toBe(content);
});

test('arguments: an object, nothing, and what is no object', () => {
  expect(toolUse('1', 'read', '{"path":"a"}')).toEqual({
    type: 'tool_use',
    id: '1',
    name: 'read',
    input: { path: 'a' },
  });
  expect(toolUse('1', 'read', ' ')).toEqual({ type: 'tool_use', id: '1', name: 'read', input: {} });
  for (const bad of ['{"path', '[1]', '"text"', 'null', '3']) {
    expect(toolUse('1', 'read', bad)).toEqual({
      type: 'tool_use',
      id: '1',
      name: 'read',
      input: {},
      invalidInput: bad,
    });
  }
});

test('a model is found by its name, with a date, and behind a vendor', () => {
  const table = { 'm-4': 'four', 'm-4-mini': 'mini', 'm-4-1': 'four one' };
  const cases = {
    'm-4': 'four',
    'm-4-20250101': 'four',
    'm-4-2025-01-01': 'four',
    'm-4-latest': 'four',
    'm-4-mini': 'mini',
    'm-4-mini-2025-01-01': 'mini',
    'm-4-1-20250101': 'four one',
    'vendor/m-4': 'four',
    'm-4-huge': undefined,
    'm-5': undefined,
  };
  for (const [model, row] of Object.entries(cases)) expect([model, rowOf(table, model)]).toEqual([model, row]);
});

test('configuration goes over what is known, and leaves the rest', () => {
  const known = { contextTokens: 1, maxOutputTokens: 2, tools: true, images: true, structuredOutput: true };
  expect(overridden(known, { contextTokens: 9, images: undefined })).toEqual({ ...known, contextTokens: 9 });
  expect(overridden(known, undefined)).toBe(known);
});

test('a call that was cut before its first argument is not one without arguments', () => {
  const text: ContentBlock = { type: 'text', text: 'x' };
  expect(withCutCall([use('a'), use('b')])).toEqual([use('a'), { ...use('b'), invalidInput: '' }]);
  const filled: ContentBlock = { type: 'tool_use', id: 'a', name: 'read', input: { path: 'a' } };
  const invalid: ContentBlock = { type: 'tool_use', id: 'a', name: 'read', input: {}, invalidInput: '{' };
  for (const content of [[], [text], [use('a'), text], [filled], [invalid]]) expect(withCutCall(content)).toBe(content);
});
