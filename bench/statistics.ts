/** The middle value; the mean of the two in the middle when there are two. `NaN` of nothing. */
export function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle)] ?? Number.NaN)) / 2;
}

/** Divides what belongs together, such as the figures of one round. */
export function ratios(values: number[], bases: number[]): number[] {
  return values.map((value, index) => value / (bases[index] ?? Number.NaN));
}
