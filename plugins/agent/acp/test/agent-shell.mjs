// Speaks the Agent Client Protocol by hand, so that it needs nothing but Node. Tests put what it does in place of the mark.
import { createInterface } from 'node:readline';
import fs from 'node:fs';
const send = (message) => console.log(JSON.stringify({ jsonrpc: '2.0', ...message }));
const waiting = new Map();
let next = 1;
const ask = (method, params) =>
  new Promise((resolve, reject) => {
    const id = 'a' + next++;
    waiting.set(id, { resolve, reject });
    send({ id, method, params: { sessionId: 's', ...params } });
  });
const update = (one) => send({ method: 'session/update', params: { sessionId: 's', update: one } });
const say = (text) => update({ sessionUpdate: 'agent_message_chunk', content: { type: 'text', text } });
const tell = (title) =>
  update({ sessionUpdate: 'tool_call', toolCallId: 'c' + next++, title, kind: 'other', status: 'pending' });
const options = [
  { kind: 'allow_always', name: 'Always', optionId: 'always' },
  { kind: 'allow_once', name: 'Once', optionId: 'yes' },
  { kind: 'reject_once', name: 'No', optionId: 'no' },
];
const permitted = async (title, kind, path) => {
  const toolCall = { toolCallId: 'p' + next++, title, kind, locations: path === undefined ? [] : [{ path }] };
  const { outcome } = await ask('session/request_permission', { toolCall, options });
  return outcome.optionId ?? outcome.outcome;
};
let version = 1;
let cwd = '';
async function work(prompt) {
  // THE TURN
}
createInterface({ input: process.stdin }).on('line', async (line) => {
  const { id, method, params, result, error } = JSON.parse(line);
  if (method === undefined) {
    const { resolve, reject } = waiting.get(id) ?? {};
    if (error === undefined) resolve?.(result);
    else reject?.(new Error(error.message));
  }
  if (method === 'initialize')
    send({ id, result: { protocolVersion: version, agentInfo: { name: 'scripted', version: '1' } } });
  if (method === 'session/new') {
    cwd = params.cwd;
    send({ id, result: { sessionId: 's' } });
  }
  if (method === 'session/prompt') {
    const answer = await work(params.prompt[0].text);
    send({ id, result: { stopReason: 'end_turn', ...answer } });
  }
});
