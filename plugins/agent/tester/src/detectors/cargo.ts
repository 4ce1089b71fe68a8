import type { Detector } from '../detector.ts';

export const cargo: Detector = {
  name: 'cargo',
  extensions: ['rs'],
  detect: (view) =>
    view.has('Cargo.toml')
      ? { runner: 'cargo', command: ['cargo', 'test'], setup: [], reason: 'Cargo.toml' }
      : undefined,
};
