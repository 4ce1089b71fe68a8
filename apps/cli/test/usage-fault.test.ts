import { expect, it } from 'vitest';
import { usageFault } from '../src/usage-fault.ts';

it.each([
  [['run', '--budgt', '3'], 'see forge run --help'],
  [['--json', 'memory', 'list', '--scop'], 'see forge memory list --help'],
  [['memory', 'lst'], 'see forge memory --help'],
  [['rnu'], 'see forge --help'],
])('what is wrong with %j leads to the help of that command', (argv, fix) => {
  expect(usageFault('error: something is wrong', argv).details.fix).toBe(fix);
});

it('names the command of which there is no help', () => {
  expect(usageFault("error: unknown command 'help'", ['help', 'nothing']).message).toBe('There is no command nothing');
});
