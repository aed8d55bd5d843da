import { createHash } from 'node:crypto';
import type { Value } from './copier.js';
import { comparable } from './postgres-values.js';

/** Sums up the rows of a table, in whatever order they come, so that two tables can be compared without keeping them. */
export class Fingerprint {
  rows = 0;
  readonly #types: (string | undefined)[];
  readonly #sums = new Uint32Array(8);

  /** @param types the types of the columns in PostgreSQL; `undefined` between two SQLite files */
  constructor(types: (string | undefined)[]) {
    this.#types = types;
  }

  add(row: Value[]): void {
    const text = JSON.stringify(row.map((value, index) => comparable(value, this.#types[index])));
    const digest = createHash('sha256').update(text).digest();
    for (let index = 0; index < this.#sums.length; index += 1) {
      this.#sums[index] = (this.#sums[index] ?? 0) + digest.readUInt32LE(index * 4);
    }
    this.rows += 1;
  }

  equals(other: Fingerprint): boolean {
    return this.rows === other.rows && this.#sums.every((sum, index) => sum === other.#sums[index]);
  }
}
