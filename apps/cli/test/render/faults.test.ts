import { errorTable, ForgeFaults, forgeError, type ErrorCode } from '@forge/plugin-api';
import { describe, expect, it } from 'vitest';
import { drawFaults, exitCodeOfFaults, faultObjects } from '../../src/render/faults.ts';
import { plainStyle } from '../../src/render/style.ts';

const draw = (error: unknown, changes: { debug?: boolean; next?: string } = {}): string =>
  drawFaults(error, { style: plainStyle, debug: false, ...changes });

describe('faults for people', () => {
  it('shows a configuration fault with its place and frame', () => {
    const error = forgeError('CONFIG_INVALID', 'plugins[0] (jira): unknown option "sit" — did you mean "site"?', {
      where: 'forge.config.ts:4:20',
      frame:
        "    3 │ export default defineConfig({\n  > 4 │   plugins: [jira({ sit: 'x' })],\n      │                    ^^^",
      fix: 'correct it',
    });
    expect(
      draw(error),
    ).toBe(`✖ forge.config.ts:4:20  plugins[0] (jira): unknown option "sit" — did you mean "site"?  [CONFIG_INVALID]
    3 │ export default defineConfig({
  > 4 │   plugins: [jira({ sit: 'x' })],
      │                    ^^^
  fix    correct it`);
  });

  it('shows what, where, why and what to do, several lines too', () => {
    const error = forgeError('GIT_FAILED', 'git merge failed', {
      where: '/tmp/x',
      why: 'first\nsecond',
      fix: 'try again',
    });
    expect(draw(error)).toBe(`✖ git merge failed  [GIT_FAILED]
  where  /tmp/x
  why    first
         second
  fix    try again`);
  });

  it.each([
    ['of its own, when that is what is wrong', 'PLUGIN_FAULT', '@forge/tool-fs', true],
    ['of its own, when it only told', 'REQUEST_DECIDED', '@forge/store-sqlite', false],
    ['of somebody else', 'REQUEST_DECIDED', 'forge-plugin-store', true],
  ] as const)('names a plugin %s', (_, code, plugin, named) => {
    expect(draw(forgeError(code, 'it went wrong', { plugin })).includes(plugin)).toBe(named);
  });

  it('shows five faults and counts the rest', () => {
    const faults = Array.from({ length: 7 }, (_, index) =>
      forgeError('CONFIG_INVALID', `fault ${index}`, { fix: 'f' }),
    );
    const text = draw(new ForgeFaults(faults));
    expect(text.match(/✖/g)).toHaveLength(5);
    expect(text.endsWith('  and 2 more; --json shows all')).toBe(true);
    expect(faultObjects(new ForgeFaults(faults))).toHaveLength(7);
  });

  it.each(Object.keys(errorTable) as ErrorCode[])('says how to go on after %s', (code) => {
    const lines = draw(forgeError(code, 'it went wrong')).split('\n');
    expect(lines).toHaveLength(2);
    expect(lines[1]).toMatch(/forge /);
  });

  it('takes what the command knows about going on', () => {
    expect(draw(forgeError('STOPPED', 'stopped'), { next: 'forge resume X' })).toContain('  forge resume X');
  });

  it('calls whatever else is thrown a fault of Forge, with its trace only on demand', () => {
    const error = new TypeError('x is not a function', { cause: new Error('deep down') });
    expect(draw(error)).toContain('✖ x is not a function  [INTERNAL]');
    expect(draw(error)).not.toContain('forge resume');
    expect(draw(error)).not.toContain('faults.test.ts');
    expect(draw(error, { debug: true })).toMatch(/faults\.test\.ts[\s\S]*deep down/);
    expect(draw('only words')).toContain('✖ only words  [INTERNAL]');
  });

  it('lets no escape sequence through', () => {
    const error = forgeError('TOOL_FAILED', 'bad\u001B[2J', { why: '\u001B]0;x\u0007', fix: 'a\u0000b' });
    expect(draw(error)).not.toMatch(/[\u001B\u0000\u0007]/);
  });

  it.each([
    [forgeError('USAGE', 'x'), 2],
    [forgeError('WAITING_FOR_PERSON', 'x'), 3],
    [forgeError('STOPPED', 'x'), 130],
    [new ForgeFaults([forgeError('PLUGIN_LOAD', 'x'), forgeError('USAGE', 'y')]), 6],
    [new Error('x'), 1],
  ])('gives the exit code of %o', (error, code) => {
    expect(exitCodeOfFaults(error)).toBe(code);
  });
});
