import type { Command } from 'commander';
import { type AddCommands, CommandError } from '../platform/command.js';
import {
  changeProduct,
  findProduct,
  formatPrice,
  MAX_INTEGER,
  type Product,
  type ProductChanges,
  parsePrice,
} from './products.js';

interface Options {
  price?: string;
  stock?: string;
}

/** The commands of the shop. */
export const shopCommands: AddCommands = (program, run) => {
  program
    .command('product')
    .description('what the shop sells')
    .command('set <product_id>')
    .description('change a product; clients that follow it are told at once')
    .option('--price <amount>', 'the price, such as 99.00, in the currency of the product')
    .option('--stock <pieces>', 'how many pieces there are')
    .action((id: string, options: Options, command: Command) =>
      run(command, async ({ store, print }) => {
        const product = await findProduct(store, id);
        if (!product) throw new CommandError(`There is no product "${id}". Its id looks like lamp-arc`);
        const changed = await changeProduct(store, id, changesOf(product, options));
        if (!changed) throw new CommandError(`The product "${id}" has just been removed`);
        const { stock, name } = changed;
        const price = formatPrice(changed);
        print(`${name} costs ${price}, and there are ${stock}.`, { product_id: id, price, stock });
      }),
    );
};

function changesOf(product: Product, { price, stock }: Options): ProductChanges {
  if (price === undefined && stock === undefined) {
    throw new CommandError('Say what to change: --price, --stock, or both');
  }
  return {
    ...(price !== undefined && { price_minor: priceOf(price, product) }),
    ...(stock !== undefined && { stock: stockOf(stock) }),
  };
}

function priceOf(text: string, product: Product): number {
  const price = parsePrice(text, product.currency);
  if (price !== undefined) return price;
  throw new CommandError(`"${text}" is not a price. Write it like ${formatPrice(product).split(' ')[0]}`);
}

function stockOf(text: string): number {
  const stock = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (stock <= MAX_INTEGER) return stock;
  throw new CommandError(`"${text}" is not a number of pieces. Write it like 3, up to ${MAX_INTEGER}`);
}
