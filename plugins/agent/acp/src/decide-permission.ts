import { posix } from 'node:path';
import type { RequestPermissionRequest, RequestPermissionResponse, ToolKind } from '@agentclientprotocol/sdk';

/** What needs a permission beyond looking and thinking. */
export const deeds = ['edit', 'execute'] as const;
export type Deed = (typeof deeds)[number];

/** What each kind of call amounts to. Kinds without a row are never allowed: nobody knows what they do. */
const meanings: { readonly [K in ToolKind]?: Deed | 'look' } = {
  read: 'look',
  search: 'look',
  think: 'look',
  edit: 'edit',
  delete: 'edit',
  move: 'edit',
  execute: 'execute',
};

export interface PermissionRules {
  readonly workspace: string;
  readonly may: readonly Deed[];
}

export interface Decided {
  readonly allowed: boolean;
  readonly response: RequestPermissionResponse;
}

/** Allows, this once, what the run's own agents may do, in the workspace alone. Nothing is allowed for good. */
export function decidePermission(
  { toolCall, options }: Pick<RequestPermissionRequest, 'toolCall' | 'options'>,
  { workspace, may }: PermissionRules,
): Decided {
  const meaning = meanings[toolCall.kind ?? 'other'];
  const inside = (toolCall.locations ?? []).every(({ path }) => isInside(workspace, path));
  const wanted = meaning !== undefined && inside && (meaning === 'look' || may.includes(meaning));
  const option = options.find(({ kind }) => kind === (wanted ? 'allow_once' : 'reject_once'));
  if (option === undefined) return { allowed: false, response: { outcome: { outcome: 'cancelled' } } };
  return { allowed: wanted, response: { outcome: { outcome: 'selected', optionId: option.optionId } } };
}

function isInside(workspace: string, path: string): boolean {
  const full = posix.resolve(workspace, path);
  return full === workspace || full.startsWith(`${workspace}/`);
}
