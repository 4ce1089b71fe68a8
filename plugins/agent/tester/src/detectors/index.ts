import type { Detector } from '../detector.ts';
import { cargo } from './cargo.ts';
import { go } from './go.ts';
import { gradle } from './gradle.ts';
import { make } from './make.ts';
import { maven } from './maven.ts';
import { nodeFiles } from './node-files.ts';
import { nodePackage } from './node-package.ts';
import { nodeScript } from './node-script.ts';
import { python } from './python.ts';

/** What a project says about itself stands before what its files suggest. */
export const detectors: readonly Detector[] = [
  nodeScript,
  nodePackage,
  cargo,
  go,
  maven,
  gradle,
  python,
  make,
  nodeFiles,
];
