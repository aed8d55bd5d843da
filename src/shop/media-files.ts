import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Pictures of the products, one `<product_id>.jpg` each. Everyone may download them. */
export const imageDirectory = fileURLToPath(new URL('../../public/images', import.meta.url));

/** Recordings, one `<topic>.opus` each, and what they say as `<topic>.txt`. Everyone may download them. */
export const audioDirectory = fileURLToPath(new URL('../../public/audio', import.meta.url));

/** Whether `public/images` has a picture of the product. */
export async function hasImage(productId: string): Promise<boolean> {
  // Compared with what is there rather than opened, so that no id can lead to another folder.
  return (await readdir(imageDirectory)).includes(`${productId}.jpg`);
}

/** The JPEG picture of a product, or `undefined` when there is none. */
export async function readImage(productId: string): Promise<Buffer | undefined> {
  return (await hasImage(productId)) ? readFile(join(imageDirectory, `${productId}.jpg`)) : undefined;
}

/** For each product what changes when its picture does: size and time of change, or nothing when there is none. */
export async function imageStamps(productIds: string[]): Promise<string[]> {
  const files = new Set(await readdir(imageDirectory));
  return Promise.all(
    productIds.map(async (id) => {
      if (!files.has(`${id}.jpg`)) return '';
      const { size, mtimeMs } = await stat(join(imageDirectory, `${id}.jpg`));
      return `${size}-${mtimeMs}`;
    }),
  );
}

/** The topics `public/audio` has a recording of. */
export async function listTopics(): Promise<string[]> {
  const files = await readdir(audioDirectory);
  return files.filter((file) => file.endsWith('.opus')).map((file) => file.slice(0, -'.opus'.length));
}

/** What the recording of a topic says, or `undefined` for an unknown topic. */
export async function readTranscript(topic: string): Promise<string | undefined> {
  return (await listTopics()).includes(topic)
    ? readFile(join(audioDirectory, `${topic}.txt`), 'utf8')
    : undefined;
}
