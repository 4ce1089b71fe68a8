import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createUsers } from '../src/users.js';

const users = createUsers({ ada: 'correct' });

test('knows a name with its password', () => {
  assert.equal(users.check('ada', 'correct'), true);
});

test('knows no other password and no other name', () => {
  assert.equal(users.check('ada', 'wrong'), false);
  assert.equal(users.check('bob', 'correct'), false);
});
