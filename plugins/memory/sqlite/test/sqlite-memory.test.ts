import type { MemoryStore, RecallQuery } from '@forge/plugin-api';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fact, memoryIn, temporaryFile } from './memory-in.ts';

const contents = async (memory: MemoryStore, query: Partial<RecallQuery>) =>
  (await memory.recall({ context: '', repoId: 'here', ...query })).map(({ content }) => content);

describe('storing', () => {
  test('a memory comes back whole, with id, times and defaults', async () => {
    const memory = memoryIn();
    const stored = await memory.store(fact('Use pnpm', { tags: ['build'] }));
    expect(stored).toEqual({
      ...fact('Use pnpm'),
      id: 'm000001',
      context: '',
      tags: ['build'],
      createdAt: 1000,
      updatedAt: 1000,
    });
    expect(await memory.get('m000001')).toEqual(stored);
    expect(await memory.recall({ context: 'pnpm', repoId: 'here' })).toMatchObject([stored]);
    expect(await memory.get('unknown')).toBeUndefined();
  });

  test('1,000 odd texts come back unchanged', async () => {
    const memory = memoryIn();
    const unit = fc.oneof(
      fc.constantFrom('\0', '\ud800', '\udc00', '\u202e', '😀', '"', '%', '*', "'", 'é', '\ufeff'),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 3 }),
    );
    const odd = fc.array(unit, { minLength: 1, maxLength: 20 }).map((parts) => parts.join(''));
    const texts = [...fc.sample(odd, { numRuns: 1000, seed: 3 }), 'x'.repeat(1_000_000), '\ud800'.repeat(10_000)];
    const stored = await Promise.all(
      texts.map((text) =>
        memory.store(
          fact(text, { context: text, tags: [text], repoId: text, provenance: { runId: text, author: 'import' } }),
        ),
      ),
    );
    for (const [index, text] of texts.entries()) {
      const back = await memory.get(stored[index]?.id ?? '');
      expect(back).toMatchObject({
        content: text,
        context: text,
        tags: [text],
        repoId: text,
        provenance: { runId: text },
      });
    }
    for (const text of texts.slice(0, 200)) {
      // Any text may also be asked for.
      await memory.recall({ context: text, repoId: text, filters: { tags: [text] } });
      expect((await memory.recall({ context: '', repoId: text })).length).toBeGreaterThan(0);
    }
  });

  test.each([[{ content: '' }], [{ confidence: 2 }], [{ type: 'odd' }]])('%j is refused', async (fields) => {
    await expect(memoryIn().store(fact('x', fields as never))).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  });
});

describe('recalling', () => {
  test('scope, type, confidence, tags and limit narrow it', async () => {
    const memory = memoryIn();
    await memory.store(fact('tests run with vitest', { tags: ['tests', 'build'] }));
    await memory.store(fact('tests need a database', { type: 'episodic', confidence: 0.3 }));
    await memory.store(fact('tests elsewhere', { repoId: 'there' }));
    await memory.store(fact('tests everywhere', { repoId: 'global' }));
    for (const context of ['tests', '']) {
      expect((await contents(memory, { context })).sort()).toEqual(['tests need a database', 'tests run with vitest']);
      expect(await contents(memory, { context, type: 'episodic' })).toEqual(['tests need a database']);
      expect(await contents(memory, { context, minConfidence: 0.5 })).toEqual(['tests run with vitest']);
      expect(await contents(memory, { context, filters: { tags: ['build', 'tests'] } })).toEqual([
        'tests run with vitest',
      ]);
      expect(await contents(memory, { context, filters: { tags: ['build', 'other'] } })).toEqual([]);
      expect(await contents(memory, { context, scope: 'global' })).toEqual(['tests everywhere']);
      expect(await contents(memory, { context, scope: 'repo:there' })).toEqual(['tests elsewhere']);
      expect((await contents(memory, { context, limit: 1 })).length).toBe(1);
    }
    await expect(memory.recall({ context: 'tests' })).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    await expect(memory.recall({ context: 'tests', limit: 0 })).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  });

  test('without words the newest come first', async () => {
    const memory = memoryIn();
    for (const content of ['old', 'middle', 'new']) {
      memory.time.now += 1;
      await memory.store(fact(content));
    }
    expect(await contents(memory, { context: ' ' })).toEqual(['new', 'middle', 'old']);
    expect(await contents(memory, { context: '?!' })).toEqual([]);
  });

  test.each([
    ['which database do the tests need', 'Integration tests need a running Postgres database'],
    ['authentification middelware', 'Every route goes through the JWT authentication middleware'],
    ['migrate the schema', 'Schema migrations live in db/migrations and run at start'],
    ['config parser', 'parseConfig throws on unknown keys'],
    ['parse_config', 'parseConfig throws on unknown keys'],
    ['format code before commits', 'Run the formatter before you commit'],
    ['größe', 'Die GRÖSSE der Pakete ist begrenzt'],
    ['caching of HTTP responses', 'Responses are cached for five minutes'],
    ['データベース', 'データベースは必要です'],
  ])('%j finds %j first', async (context, expected) => {
    const memory = memoryIn();
    for (const content of library) await memory.store(fact(content));
    const [first] = await memory.recall({ context, repoId: 'here' });
    expect(first?.content).toBe(expected);
    expect(first?.score).toBeGreaterThan(0);
    expect(first?.score).toBeLessThanOrEqual(1);
  });

  test('a large limit is filled', async () => {
    const memory = memoryIn();
    await Promise.all(Array.from({ length: 300 }, (_, index) => memory.store(fact(`rule ${index}`))));
    expect((await memory.recall({ context: 'rule', repoId: 'here', limit: 250 })).length).toBe(250);
  });

  test('what has nothing to do with it is left out', async () => {
    const memory = memoryIn();
    for (const content of library) await memory.store(fact(content));
    expect(await contents(memory, { context: 'zebra quagga okapi' })).toEqual([]);
  });

  test('scores go down, and certainty decides between equals', async () => {
    const memory = memoryIn();
    for (const content of library) await memory.store(fact(content));
    await memory.store(fact('Deploys happen on Friday', { confidence: 0.2 }));
    await memory.store(fact('Deploys happen on Friday', { confidence: 0.9 }));
    const found = await memory.recall({ context: 'deploys on friday with a database', repoId: 'here' });
    expect(found.slice(0, 2).map(({ confidence }) => confidence)).toEqual([0.9, 0.2]);
    const scores = found.map(({ score }) => score);
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
  });
});

describe('changing', () => {
  test('an update is found under its new words only', async () => {
    const memory = memoryIn();
    const { id } = await memory.store(fact('The linter is eslint'));
    memory.time.now = 2000;
    const updated = await memory.update(id, {
      content: 'Oxlint checks the style',
      confidence: 0.9,
      context: undefined as never,
    });
    expect(updated).toMatchObject({
      id,
      content: 'Oxlint checks the style',
      confidence: 0.9,
      createdAt: 1000,
      updatedAt: 2000,
    });
    expect(await memory.get(id)).toEqual(updated);
    expect(await contents(memory, { context: 'eslint' })).toEqual([]);
    expect(await contents(memory, { context: 'oxlint' })).toEqual(['Oxlint checks the style']);
    await expect(memory.update('unknown', { content: 'x' })).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    await expect(memory.update(id, { confidence: 7 })).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  });

  test('updates at the same time from two owners all count', async () => {
    const file = temporaryFile();
    const [first, second] = [memoryIn(file, 'a'), memoryIn(file, 'b')];
    const { id } = await first.store(fact('x'));
    await Promise.all([
      first.update(id, { tags: ['a'] }),
      second.update(id, { context: 'b' }),
      first.update(id, { content: 'c' }),
    ]);
    expect(await second.get(id)).toMatchObject({ tags: ['a'], context: 'b', content: 'c' });
  });

  test('what is forgotten is gone; forgetting it again is no error', async () => {
    const memory = memoryIn();
    const { id } = await memory.store(fact('a secret habit'));
    await memory.forget(id);
    await memory.forget(id);
    expect(await memory.get(id)).toBeUndefined();
    expect(await contents(memory, { context: 'secret habit' })).toEqual([]);
    expect(await contents(memory, {})).toEqual([]);
  });
});

const library = [
  'Integration tests need a running Postgres database',
  'Every route goes through the JWT authentication middleware',
  'Schema migrations live in db/migrations and run at start',
  'parseConfig throws on unknown keys',
  'Run the formatter before you commit',
  'Die GRÖSSE der Pakete ist begrenzt',
  'Responses are cached for five minutes',
  'データベースは必要です',
  'The release branch is cut every second Tuesday',
  'Errors are wrapped with a cause and a code',
];
