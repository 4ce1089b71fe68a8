import type { Detector } from '../detector.ts';

const builds = ['build.gradle', 'build.gradle.kts', 'settings.gradle', 'settings.gradle.kts'];

export const gradle: Detector = {
  name: 'gradle',
  extensions: ['java', 'kt', 'scala', 'groovy'],
  detect(view) {
    const build = builds.find((path) => view.has(path));
    if (build === undefined) return undefined;
    const program = view.has('gradlew') ? './gradlew' : 'gradle';
    return { runner: 'gradle', command: [program, '--console=plain', 'test'], setup: [], reason: build };
  },
};
