import { describe, expect, test } from 'vitest';
import { readSqlText } from '../src/sql-text.ts';

describe('reading the text of a statement', () => {
  test.each([
    ['SELECT 1', 'SELECT', 0],
    ['  -- why?\n select ?, ?', 'SELECT', 2],
    ['/* ? ; */ INSERT INTO t VALUES (?)', 'INSERT', 1],
    ["SELECT '?;:a''?', ?", 'SELECT', 1],
    ['SELECT "a?;b", [c?;d], `e?;f`, ?', 'SELECT', 1],
    ['SELECT ?2, ?1', 'SELECT', 2],
    ['SELECT ?, ?3', 'SELECT', 3],
    ['SELECT a$b, größe FROM t', 'SELECT', 0],
    ["SELECT x'00' || ?", 'SELECT', 1],
    ["SELECT 'unclosed ? ;", 'SELECT', 0],
  ])('%j', (sql, verb, parameters) => {
    expect(readSqlText(sql)).toEqual({ verb, parameters, refusal: undefined });
  });

  test.each([
    ['', 'no statement'],
    ['-- only a remark', 'no statement'],
    ['SELECT 1;', 'semicolon'],
    ['SELECT 1; DELETE FROM t', 'semicolon'],
    ['SELECT :name', 'named'],
    ['SELECT @name', 'named'],
    ['SELECT $name', 'named'],
    ['INSERT INTO t VALUES (1) returning *', 'RETURNING'],
    ['SELECT 1\0', 'NUL'],
    ["SELECT '\ud800'", 'surrogate'],
  ])('%j is refused', (sql, why) => {
    expect(readSqlText(sql).refusal).toContain(why);
  });
});
