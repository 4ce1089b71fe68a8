import { expect, test } from 'vitest';
import { onlyReads } from '../src/only-reads.ts';

test.each([
  'echo turn 4',
  'ls -la src 2>/dev/null',
  'cat package.json; cd src && ls *.ts',
  `grep -rn "a|b > c" src/*.ts 2>&1 | head -20`,
  `find . -name '*.ts' -not -path './node_modules/*' | sort | uniq -c | sort -rn`,
  `sed -n '10,40p' src/limit.ts`,
  'test -f README.md || echo none',
  'rg --files-with-matches limit | wc -l',
])('%s only reads', (line) => {
  expect(onlyReads(line)).toBe(true);
});

test.each([
  '',
  'npm test',
  'rm note.txt',
  "'rm' note.txt",
  'cat a; rm a',
  'cat a & rm a',
  'cat a\nrm a',
  'echo x > a',
  'echo x 2>a',
  'echo x >| a',
  'echo x 2>/dev/null/../a',
  'cat <(rm a)',
  '(rm a)',
  'echo $(rm a)',
  'echo `rm a`',
  'echo "$(rm a)"',
  'echo ${x:=y}',
  'ls | xargs rm',
  'ls | tee a',
  'PATH=. ls',
  'find . -delete',
  'find . "-delete"',
  'find . -name x -exec rm {} +',
  'find *',
  'rg --pre ./script x',
  "sed -i 's/a/b/' a",
  "sed -n 'w a' b",
  'sort -o a b',
  'sort b -uo a',
  'uniq a b',
  'git diff --output=a',
  'command rm a',
  'env rm a',
  'constructor a',
])('%s may write', (line) => {
  expect(onlyReads(line)).toBe(false);
});
