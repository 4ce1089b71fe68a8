import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Forge } from '@forge/core';
import type { StoredRequest } from '@forge/plugin-api';
import { isRemote } from './stored-runs.ts';

/** Where each image of a request can be looked at: a file that is made for it, or an address of the server. */
export async function placesOfImages(
  forge: Forge,
  { id, images = [] }: StoredRequest,
  server: string,
): Promise<readonly { readonly alt: string; readonly place: string }[]> {
  if (isRemote(forge))
    return images.map(({ alt, imageBlob }) => ({ alt, place: `${server}/api/requests/${id}/image?hash=${imageBlob}` }));
  const folder = join(forge.stateDirectory, 'images');
  return Promise.all(
    images.map(async ({ alt, imageBlob, mediaType }) => {
      const place = join(folder, `${imageBlob.slice(0, 16)}.${mediaType.slice('image/'.length)}`);
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await writeFile(place, await (await forge.store()).getBlob(imageBlob), { mode: 0o600 });
      return { alt, place };
    }),
  );
}
