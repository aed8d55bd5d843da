import type { Value } from '../bench.js';
import { median } from '../statistics.js';
import { figureOf, GOALS, type Goal, isMet } from './goals.js';
import { medianOf, spread, table } from './text.js';

const HEAD = ['Measure', 'Reached', 'Spread', 'Goal', 'Met'];

/** Writes the one table of a run: the goals with what was reached, then what has no goal. */
export function summary(values: Value[]): string {
  const goals = GOALS.flatMap((goal) => {
    const value = figureOf(goal, values);
    return value === undefined || value.values.length === 0 ? [] : [rowOf(goal, value)];
  });
  const others = values
    .filter(({ name }) => !GOALS.some(({ of }) => of === name))
    .map(({ name, unit, values: each }) => [name, medianOf(each, unit), spread(each), '', '']);
  return table(HEAD, [...goals, ...others]);
}

function rowOf(goal: Goal, { values, unit }: Value): string[] {
  const { measure, atLeast, atMost } = goal;
  const limit = `${atLeast === undefined ? '<=' : '>='} ${atLeast ?? atMost}${unit === '' ? '' : ` ${unit}`}`;
  return [measure, medianOf(values, unit), spread(values), limit, isMet(goal, median(values)) ? 'yes' : 'no'];
}

/** Returns the goals that a run had no figure for. */
export function unmeasured(values: Value[]): string[] {
  return GOALS.filter((goal) => (figureOf(goal, values)?.values.length ?? 0) === 0).map(
    ({ measure }) => measure,
  );
}
