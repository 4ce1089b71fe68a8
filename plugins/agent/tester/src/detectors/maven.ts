import type { Detector } from '../detector.ts';

export const maven: Detector = {
  name: 'maven',
  extensions: ['java', 'kt', 'scala', 'groovy'],
  detect(view) {
    if (!view.has('pom.xml')) return undefined;
    const program = view.has('mvnw') ? './mvnw' : 'mvn';
    return { runner: 'maven', command: [program, '--batch-mode', 'test'], setup: [], reason: 'pom.xml' };
  },
};
