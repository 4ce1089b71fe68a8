import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createApp } from '../src/app.js';

const users = { check: (name, password) => name === 'ada' && password === 'correct' };
const handle = createApp({ users, newToken: () => 'a-token', now: () => 0 });
const login = (body) => handle({ method: 'POST', path: '/login', address: '192.0.2.1', body });

test('the right password gives a token', () => {
  assert.deepEqual(login({ name: 'ada', password: 'correct' }), {
    status: 200,
    headers: {},
    body: { token: 'a-token' },
  });
});

test('a wrong password is refused', () => {
  assert.equal(login({ name: 'ada', password: 'wrong' }).status, 401);
});

test('a body without a password is a bad request', () => {
  assert.equal(login({ name: 'ada' }).status, 400);
  assert.equal(login(undefined).status, 400);
});

test('other routes do not exist', () => {
  assert.equal(handle({ method: 'GET', path: '/login' }).status, 404);
});
