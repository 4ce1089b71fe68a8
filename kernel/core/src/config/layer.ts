import type { ConfigLayer, ForgeError } from '@forge/plugin-api';
import type { ValuePath } from '../faults/source.ts';
import type { Written } from '../manifests/plugin-record.ts';

/** One layer of the configuration, valid by itself. Later layers win. */
export interface Layer {
  readonly value: ConfigLayer;
  /** Absolute folder that relative paths of plugins start from. */
  readonly base: string;
  /** Where a value of it comes from, as origins show it. */
  originOf(path: ValuePath): string;
  /** Where it is written, to point at it. */
  writtenAt(path: ValuePath): Written;
  /** The repository brought it, not the person. */
  readonly fromRepository: boolean;
}

/** A layer as far as it is right, and what is wrong with it. */
export interface LoadedLayer {
  readonly layer: Layer;
  readonly faults: readonly ForgeError[];
}
