import { contributionKeys, type Kind, type Manifest, type Permissions } from '@forge/plugin-api';

/** Kind and name of all that a plugin brings. */
export function bringsOf({ provides }: Manifest): readonly (readonly [Kind, string])[] {
  return (Object.entries(contributionKeys) as [Kind, keyof Manifest['provides']][]).flatMap(([kind, key]) =>
    provides[key].map((name) => [kind, name] as const),
  );
}

/** A few words for each thing that a plugin may do. */
export function permissionWords(permissions: Permissions | undefined, inProcess = false): readonly string[] {
  if (permissions === undefined) return [];
  const { env, secrets, network, workspace, exec } = permissions;
  return [
    ...(inProcess ? ["runs in Forge's own process, with all your rights"] : []),
    ...env.map((name) => `reads the variable ${name}`),
    ...secrets.map((name) => `reads the secret ${name}`),
    ...network.map((host) => `speaks to ${host === '*' ? 'hosts that its options name' : host}`),
    ...(workspace === 'none' ? [] : [`${workspace === 'read' ? 'reads' : 'changes'} the workspace`]),
    ...(exec ? ['starts programs'] : []),
  ];
}
