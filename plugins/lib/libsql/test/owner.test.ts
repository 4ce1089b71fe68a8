import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { Connection } from '../src/connection.ts';
import { Owner } from '../src/owner.ts';
import type { WorkerSettings, WriteRequest } from '../src/protocol.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** A real connection whose given statement fails the given number of times, over all connections. */
function failing(sql: string, code: string, times: number) {
  const opened: { connection: Connection; discarded: boolean }[] = [];
  let left = times;
  const connect = (settings: WorkerSettings): Connection => {
    const connection = new Connection(settings);
    const entry = { connection, discarded: false };
    opened.push(entry);
    const { control, discard } = connection;
    connection.control = (statement) => {
      if (opened.length > 0 && statement === sql && left > 0) {
        left -= 1;
        throw Object.assign(new Error('injected'), { code });
      }
      control.call(connection, statement);
    };
    connection.discard = () => {
      entry.discarded = true;
      discard.call(connection);
    };
    return connection;
  };
  return { connect, opened };
}

function ownerWith(connect: (settings: WorkerSettings) => Connection): Owner {
  const settings: WorkerSettings = {
    file: join(temporaryFolder(), 'a.db'),
    readOnly: false,
    mustExist: false,
    busyTimeoutMs: 10,
    synchronous: 'NORMAL',
    migrations: [{ name: 'first', sql: 'CREATE TABLE t (v UNIQUE)' }],
  };
  const owner = new Owner(settings, connect);
  onTestFinished(() => owner.close());
  return owner;
}

const insert = (id: number): WriteRequest => ({
  id,
  kind: 'write',
  statements: [{ sql: 'INSERT INTO t VALUES (?)', params: [id], expect: 1, guard: undefined }],
});
const kinds = (owner: Owner, ids: readonly number[]) =>
  owner.answer(ids.map(insert)).map((reply) => (reply.kind === 'fault' ? reply.fault.code : reply.kind));

test.each(['BEGIN IMMEDIATE', 'COMMIT'])('BUSY at %s: the connection is replaced and the group tried again', (sql) => {
  const { connect, opened } = failing(sql, 'SQLITE_BUSY', 2);
  const owner = ownerWith(connect);
  expect(kinds(owner, [1, 2])).toEqual(['outcome', 'outcome']);
  expect(opened.map((one) => one.discarded)).toEqual([true, true, false]);
});

test('BUSY three times is STORE_BUSY for the whole group, which has stored nothing', () => {
  const { connect } = failing('COMMIT', 'SQLITE_BUSY', 3);
  const owner = ownerWith(connect);
  expect(kinds(owner, [1, 2])).toEqual(['STORE_BUSY', 'STORE_BUSY']);
  expect(kinds(owner, [1, 2])).toEqual(['outcome', 'outcome']);
});

test.each([
  ['SQLITE_FULL', 'DISK_FULL'],
  ['SQLITE_IOERR_NOSPC', 'DISK_FULL'],
  ['SQLITE_IOERR_WRITE', 'STORE_FAILED'],
  ['SQLITE_CORRUPT', 'STORE_CORRUPT'],
])('%s at the commit: each is tried alone, and who meets it again gets %s', (code, expected) => {
  const { connect, opened } = failing('COMMIT', code, 2);
  const owner = ownerWith(connect);
  expect(kinds(owner, [1, 2])).toEqual([expected, 'outcome']);
  expect(opened.map((one) => one.discarded)).toEqual([true, true, false]);
});

test('a full disk refuses what does not fit, keeps the rest, and works again when there is room', () => {
  let pages = 16;
  const owner = ownerWith((settings) => {
    const connection = new Connection(settings);
    connection.script(`PRAGMA max_page_count = ${pages}`);
    return connection;
  });
  const large = (id: number): WriteRequest => ({
    ...insert(id),
    statements: [{ sql: 'INSERT INTO t VALUES (zeroblob(200000))', params: [], expect: 1, guard: undefined }],
  });
  const codes = (requests: WriteRequest[]) =>
    owner.answer(requests).map((reply) => (reply.kind === 'fault' ? reply.fault.code : reply.kind));
  expect(codes([insert(1), large(2), insert(3)])).toEqual(['outcome', 'DISK_FULL', 'outcome']);
  expect(codes([large(2)])).toEqual(['DISK_FULL']);
  pages = 1000;
  owner.close();
  expect(codes([large(2)])).toEqual(['outcome']);
});
