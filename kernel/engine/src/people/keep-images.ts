import { forgeError, imageTypes, type Question, type RequestImage, type RunStore } from '@forge/plugin-api';

const mostImages = 4;
const mostBytes = 2 * 1024 * 1024;

/** How a file of each type begins: what is called an image and is none would be shown as something else. */
const beginnings: Readonly<Record<RequestImage['mediaType'], (bytes: Buffer) => boolean>> = {
  'image/png': (bytes) => bytes.subarray(0, 8).toString('latin1') === '\u0089PNG\r\n\u001a\n',
  'image/jpeg': (bytes) => bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff,
  'image/gif': (bytes) => /^GIF8[79]a$/.test(bytes.subarray(0, 6).toString('latin1')),
  'image/webp': (bytes) => /^RIFF[\s\S]{4}WEBP$/.test(bytes.subarray(0, 12).toString('latin1')),
};

/** The images of a question as blobs. Rejects with INPUT_INVALID before any of them is stored. */
export async function keepImages(
  store: Pick<RunStore, 'putBlob'>,
  images: NonNullable<Question['images']>,
): Promise<readonly RequestImage[]> {
  if (images.length > mostImages) throw refused(`a question has ${mostImages} at most`);
  const read = images.map(({ mediaType, data, alt }) => {
    if (!imageTypes.includes(mediaType)) throw refused(`${mediaType} is none of: ${imageTypes.join(', ')}`);
    const bytes = Buffer.from(data, 'base64');
    if (bytes.length > mostBytes) throw refused(`"${alt}" has more than ${mostBytes} bytes`);
    if (!beginnings[mediaType](bytes)) throw refused(`"${alt}" is no ${mediaType}`);
    return { mediaType, alt, bytes };
  });
  return Promise.all(
    read.map(async ({ bytes, ...image }) => ({
      ...image,
      imageBlob: await store.putBlob(bytes),
      bytes: bytes.length,
    })),
  );
}

function refused(why: string): Error {
  return forgeError('INPUT_INVALID', 'A question has an image that cannot be shown', { why });
}
