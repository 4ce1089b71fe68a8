import { describe, expect, test } from 'vitest';
import { dimensions, lexicalVector, similarity } from '../src/lexical-vector.ts';

const near = (left: string, right: string) => {
  const [a, b] = [lexicalVector(left), lexicalVector(right)];
  return a === undefined || b === undefined ? Number.NaN : similarity(a, b);
};

describe('lexical vectors', () => {
  test('have length 1, and the same text the same vector', () => {
    const vector = lexicalVector('parse the config');
    expect(vector).toHaveLength(dimensions);
    expect(near('parse the config', 'parse the config')).toBeCloseTo(1, 5);
    expect(lexicalVector('')).toBeUndefined();
    expect(lexicalVector('?!')).toBeUndefined();
  });

  // Vectors are stored, so a change of the hash would make old memories unfindable: it needs a migration.
  test('stay the same from version to version', () => {
    const vector = lexicalVector('durable runs') ?? new Float32Array();
    const largest = [...vector.entries()].sort(([, a], [, b]) => Math.abs(b) - Math.abs(a)).slice(0, 2);
    expect(largest.map(([index, value]) => [index, Number(value.toFixed(4))])).toMatchInlineSnapshot(`
      [
        [
          188,
          -0.4034,
        ],
        [
          325,
          -0.4034,
        ],
      ]
    `);
  });

  test.each([
    ['authentication', 'authentification', 0.5],
    ['migrate the schema', 'schema migrations', 0.4],
    ['Database connection pool', 'the pool of database connections', 0.7],
  ])('%j is near %j', (left, right, least) => {
    expect(near(left, right)).toBeGreaterThan(least);
  });

  test.each([
    ['authentication', 'database'],
    ['release every second Tuesday', 'tests need Postgres'],
  ])('%j is far from %j', (left, right) => {
    expect(near(left, right)).toBeLessThan(0.15);
  });
});
