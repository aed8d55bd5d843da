import type { OrderStatus, OrdersTable, ProductsTable } from './tables.js';

const product = (
  id: string,
  category: string,
  name: string,
  price_minor: number,
  stock: number,
  description: string,
): ProductsTable => ({ id, category, name, description, price_minor, currency: 'EUR', stock });

/** The catalogue of the example shop. Replace it, or fill the table yourself and set `DEMO_DATA=false`. */
export const demoProducts: ProductsTable[] = [
  product(
    'lamp-arc',
    'lighting',
    'Arc floor lamp',
    18900,
    7,
    'Brushed steel arc with a linen shade, 190 cm tall.',
  ),
  product(
    'lamp-desk',
    'lighting',
    'Pivot desk lamp',
    5900,
    24,
    'Aluminium desk lamp with a dimmable warm LED.',
  ),
  product(
    'lamp-pendant',
    'lighting',
    'Opal pendant',
    8900,
    12,
    'Mouth-blown opal glass on a 150 cm textile cable.',
  ),
  product(
    'lamp-bedside',
    'lighting',
    'Bedside globe',
    4500,
    0,
    'Small glass globe with a touch switch and three levels.',
  ),
  product('chair-oak', 'seating', 'Oak dining chair', 14900, 18, 'Solid oak with a woven paper-cord seat.'),
  product(
    'chair-lounge',
    'seating',
    'Lounge chair',
    42900,
    4,
    'Low lounge chair in wool bouclé on walnut legs.',
  ),
  product(
    'stool-bar',
    'seating',
    'Bar stool',
    11900,
    15,
    'Powder-coated steel, seat height 75 cm, stackable.',
  ),
  product('bench-hall', 'seating', 'Hall bench', 19900, 6, 'Ash bench with a shelf for shoes, 110 cm wide.'),
  product('table-dining', 'tables', 'Dining table', 79900, 3, 'Oiled oak, seats six to eight, 200 by 95 cm.'),
  product(
    'table-side',
    'tables',
    'Side table',
    9900,
    21,
    'Round side table with a terrazzo top, 45 cm across.',
  ),
  product('table-desk', 'tables', 'Writing desk', 34900, 5, 'Two drawers and a cable channel, 130 by 65 cm.'),
  product(
    'table-coffee',
    'tables',
    'Coffee table',
    22900,
    9,
    'Smoked glass on a walnut frame, 100 by 60 cm.',
  ),
];

const DAY = 86_400;
const FIRST_ORDER = Date.UTC(2026, 8, 1, 9) / 1000;

const order = (
  id: string,
  username: string,
  product_id: string,
  quantity: number,
  status: OrderStatus,
  day: number,
): OrdersTable => {
  const ordered_at = FIRST_ORDER + day * DAY;
  const left = status === 'shipped' || status === 'delivered';
  return {
    id,
    username,
    product_id,
    quantity,
    status,
    ordered_at,
    shipped_at: left ? ordered_at + 2 * DAY : null,
    delivered_at: status === 'delivered' ? ordered_at + 5 * DAY : null,
    cancelled_at: status === 'cancelled' ? ordered_at + DAY : null,
  };
};

/** Orders of the two demo users, in every state an order can be in. */
export const demoOrders: OrdersTable[] = [
  order('ORD-1001', 'alice', 'lamp-arc', 1, 'delivered', 0),
  order('ORD-1002', 'alice', 'chair-oak', 4, 'delivered', 3),
  order('ORD-1003', 'alice', 'table-dining', 1, 'delivered', 3),
  order('ORD-1004', 'alice', 'lamp-bedside', 2, 'cancelled', 11),
  order('ORD-1005', 'alice', 'stool-bar', 2, 'shipped', 68),
  order('ORD-1006', 'alice', 'lamp-pendant', 1, 'shipped', 70),
  order('ORD-1007', 'alice', 'table-side', 1, 'processing', 75),
  order('ORD-1008', 'alice', 'lamp-desk', 1, 'processing', 76),
  order('ORD-1009', 'alice', 'bench-hall', 1, 'processing', 78),
  order('ORD-1010', 'alice', 'table-coffee', 1, 'processing', 80),
  order('ORD-2001', 'bob', 'table-desk', 1, 'delivered', 5),
  order('ORD-2002', 'bob', 'lamp-desk', 1, 'delivered', 5),
  order('ORD-2003', 'bob', 'chair-lounge', 1, 'cancelled', 20),
  order('ORD-2004', 'bob', 'table-coffee', 1, 'delivered', 31),
  order('ORD-2005', 'bob', 'lamp-arc', 2, 'shipped', 66),
  order('ORD-2006', 'bob', 'chair-oak', 2, 'shipped', 71),
  order('ORD-2007', 'bob', 'stool-bar', 4, 'processing', 74),
  order('ORD-2008', 'bob', 'lamp-pendant', 3, 'processing', 77),
  order('ORD-2009', 'bob', 'table-side', 2, 'processing', 79),
  order('ORD-2010', 'bob', 'bench-hall', 1, 'processing', 81),
];
