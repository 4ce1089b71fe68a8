import type { Style } from './style.ts';

/** Every row starts with one of these: it says without colour what the colour says. */
export const glyphs = {
  done: '✔',
  running: '▶',
  waiting: '○',
  failed: '✖',
  parked: '■',
  ask: '?',
  warn: '!',
  note: '·',
};

export type Glyph = keyof typeof glyphs;

const colors: Record<Glyph, keyof Style> = {
  done: 'green',
  running: 'cyan',
  waiting: 'dim',
  failed: 'red',
  parked: 'yellow',
  ask: 'yellow',
  warn: 'yellow',
  note: 'dim',
};

export function glyph(name: Glyph, style: Style): string {
  return style[colors[name]](glyphs[name]);
}

/** Stands before every line of a run that plays a recorded model. */
export const recordedMark = '▷ REC ';
