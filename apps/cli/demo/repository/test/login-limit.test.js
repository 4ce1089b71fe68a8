import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createApp } from '../src/app.js';

function startApp() {
  const clock = { time: 0 };
  const users = { check: (name, password) => password === 'correct' };
  const handle = createApp({ users, newToken: () => 'a-token', now: () => clock.time });
  const login = (address, password) =>
    handle({ method: 'POST', path: '/login', address, body: { name: 'ada', password } });
  const fail = (address, times) => {
    for (let i = 0; i < times; i += 1) assert.equal(login(address, 'wrong').status, 401);
  };
  return { clock, login, fail };
}

test('after five wrong passwords an address has to wait', () => {
  const { clock, login, fail } = startApp();
  fail('192.0.2.1', 5);
  clock.time = 20_500;
  const { status, headers } = login('192.0.2.1', 'correct');
  assert.equal(status, 429);
  assert.equal(headers['retry-after'], '40');
});

test('after a minute it may try again', () => {
  const { clock, login, fail } = startApp();
  fail('192.0.2.1', 5);
  clock.time = 60_000;
  assert.equal(login('192.0.2.1', 'correct').status, 200);
});

test('other addresses do not wait', () => {
  const { login, fail } = startApp();
  fail('192.0.2.1', 5);
  assert.equal(login('192.0.2.1', 'wrong').status, 429);
  assert.equal(login('192.0.2.2', 'correct').status, 200);
});

test('right passwords do not count', () => {
  const { login, fail } = startApp();
  fail('192.0.2.1', 4);
  for (let i = 0; i < 9; i += 1) assert.equal(login('192.0.2.1', 'correct').status, 200);
  fail('192.0.2.1', 1);
  assert.equal(login('192.0.2.1', 'correct').status, 429);
});
