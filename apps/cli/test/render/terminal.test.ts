import { describe, expect, it } from 'vitest';
import { createTerminal } from '../../src/render/terminal.ts';
import { fakeOutput } from '../fake-output.ts';

const exits = { atExit: () => () => {} };

describe('the terminal', () => {
  it('draws a picture again in place', () => {
    const output = fakeOutput({ isTTY: true, columns: 20 });
    const terminal = createTerminal(output, exits);
    terminal.draw(['one', 'two']);
    terminal.draw(['one', 'three', 'four']);
    expect(output.screen()).toEqual(['one', 'three', 'four']);
  });

  it('draws in a window that does not know its size', () => {
    const output = fakeOutput({ isTTY: true, columns: 0, rows: 0 });
    const terminal = createTerminal(output, exits);
    terminal.draw(['one', 'two']);
    terminal.draw(['three']);
    expect([output.screen(), terminal.columns, terminal.rows]).toEqual([['three'], 80, 24]);
  });

  it('writes nothing when the picture is the same', () => {
    const output = fakeOutput({ isTTY: true });
    const terminal = createTerminal(output, exits);
    terminal.draw(['one']);
    const { length } = output.text();
    terminal.draw(['one']);
    expect(output.text()).toHaveLength(length);
  });

  it('puts lines that stay above the picture', () => {
    const output = fakeOutput({ isTTY: true });
    const terminal = createTerminal(output, exits);
    terminal.draw(['picture']);
    terminal.print('stays');
    terminal.draw(['picture 2']);
    expect(output.screen()).toEqual(['stays', 'picture 2']);
  });

  it('finds the top of its picture after the window got narrower', () => {
    const output = fakeOutput({ isTTY: true, columns: 40 });
    const terminal = createTerminal(output, exits);
    terminal.draw(['x'.repeat(30), 'short']);
    output.columns = 20;
    terminal.draw(['again']);
    expect(output.text()).toContain('\r\u001B[3A\u001B[J');
  });

  it('makes room for a prompt, and comes back', async () => {
    const output = fakeOutput({ isTTY: true });
    const terminal = createTerminal(output, exits);
    terminal.draw(['picture']);
    const answer = await terminal.suspend(async () => {
      output.write('prompt\n');
      terminal.draw(['drawn meanwhile']);
      terminal.print('remark');
      expect(output.screen()).toEqual(['prompt', 'remark']);
      return 'yes';
    });
    expect(answer).toBe('yes');
    expect(output.screen()).toEqual(['prompt', 'remark', 'drawn meanwhile']);
  });

  it('hides the cursor only while there is a picture, also when the process ends in the middle', () => {
    const output = fakeOutput({ isTTY: true });
    let atExit = (): void => {};
    const terminal = createTerminal(output, {
      atExit: (listener) => {
        atExit = listener;
        return () => {};
      },
    });
    terminal.draw(['picture']);
    expect(output.text()).toContain('\u001B[?25l');
    expect(output.text()).not.toContain('\u001B[?25h');
    atExit();
    expect(output.text().endsWith('\u001B[?25h')).toBe(true);
    terminal.settle();
    expect(output.text().endsWith('\u001B[?25h')).toBe(true);
  });

  it('draws nothing without a terminal', () => {
    const output = fakeOutput({});
    const terminal = createTerminal(output, exits);
    terminal.draw(['picture']);
    terminal.print('line');
    terminal.settle();
    expect(output.text()).toBe('line\n');
  });
});
