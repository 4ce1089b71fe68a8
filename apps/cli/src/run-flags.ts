import { resolve } from 'node:path';
import type { ConfigLayer } from '@forge/plugin-api';
import type { ForgeSettings } from './with-forge.ts';

export interface RunFlags {
  readonly budget?: number;
  readonly provider?: string;
  readonly model?: string;
  readonly yes?: boolean;
  /** False with `--no-wait`. */
  readonly wait?: boolean;
  readonly record?: string;
}

/** The flags of a run as the strongest layer of configuration. */
export function runSettings({ budget, provider, model, record }: RunFlags, directory: string): ForgeSettings {
  const llm = { ...(provider === undefined ? {} : { provider }), ...(model === undefined ? {} : { model }) };
  const flags: ConfigLayer = {
    ...(budget === undefined ? {} : { safety: { budgetUsd: budget } }),
    ...(Object.keys(llm).length === 0 ? {} : { llm }),
  };
  return { flags, ...(record === undefined ? {} : { record: resolve(directory, record) }) };
}
