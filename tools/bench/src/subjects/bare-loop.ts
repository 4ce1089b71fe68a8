// The least agent there can be: the SDK, a loop, three tools, no limits, nothing stored.
import { spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import Anthropic from '@anthropic-ai/sdk';

type Input = Record<'path' | 'content' | 'command', string>;

const client = new Anthropic();
const text = { type: 'string' };
const tool = (name: string, description: string, properties: Record<string, unknown>): Anthropic.Tool => ({
  name,
  description,
  input_schema: { type: 'object', properties },
});
const tools = [
  tool('fs_write', 'Write a file', { path: text, content: text }),
  tool('shell', 'Run a command', { command: text }),
  tool('fs_read', 'Read a file', { path: text }),
];
const run: Record<string, (input: Input) => Promise<string>> = {
  fs_write: async ({ path, content }) => {
    await writeFile(path, content);
    return 'written';
  },
  fs_read: ({ path }) => readFile(path, 'utf8'),
  shell: ({ command }) =>
    new Promise((resolve) => {
      const child = spawn('sh', ['-c', command]);
      let output = '';
      child.stdout.on('data', (chunk) => (output += String(chunk)));
      child.stderr.on('data', (chunk) => (output += String(chunk)));
      child.on('close', () => resolve(output || 'done'));
    }),
};

const messages: Anthropic.MessageParam[] = [{ role: 'user', content: process.argv[2] ?? 'go' }];
for (;;) {
  const stream = client.messages.stream({
    model: 'scripted-model',
    max_tokens: 4096,
    system: 'You are the implementer.',
    tools,
    messages,
  });
  const reply = await stream.finalMessage();
  messages.push({ role: 'assistant', content: reply.content });
  const calls = reply.content.filter((block) => block.type === 'tool_use');
  if (calls.length === 0) break;
  const answers = calls.map(async ({ id, name, input }): Promise<Anthropic.ToolResultBlockParam> => {
    const content = await run[name]?.(input as Input);
    return { type: 'tool_result', tool_use_id: id, content: content ?? 'no such tool' };
  });
  messages.push({ role: 'user', content: await Promise.all(answers) });
}
