import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Pictures of the products, one `<product_id>.jpg` each. Everyone may download them. */
export const imageDirectory = fileURLToPath(new URL('../../public/images', import.meta.url));

/** Recordings, one `<topic>.opus` each, and their transcripts as `<topic>.txt`. Everyone may download them. */
export const audioDirectory = fileURLToPath(new URL('../../public/audio', import.meta.url));

/** Checks whether `public/images` has a picture of the product. */
export async function hasImage(productId: string): Promise<boolean> {
  // Looked up in the list of files rather than opened, so that no id can lead to another folder.
  return (await readdir(imageDirectory)).includes(`${productId}.jpg`);
}

/** Reads the JPEG picture of a product, or returns `undefined` when there is none. */
export async function readImage(productId: string): Promise<Buffer | undefined> {
  return (await hasImage(productId)) ? readFile(join(imageDirectory, `${productId}.jpg`)) : undefined;
}

/** Returns a stamp for each product that changes with its picture: size and modification time, empty without a picture. */
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

/** Lists the topics with a recording in `public/audio`. */
export async function listTopics(): Promise<string[]> {
  const files = await readdir(audioDirectory);
  return files.filter((file) => file.endsWith('.opus')).map((file) => file.slice(0, -'.opus'.length));
}

/** Reads the transcript of a topic's recording, or returns `undefined` for an unknown topic. */
export async function readTranscript(topic: string): Promise<string | undefined> {
  return (await listTopics()).includes(topic)
    ? readFile(join(audioDirectory, `${topic}.txt`), 'utf8')
    : undefined;
}
