const MAX_LISTED = 30;

/**
 * Lists valid values for an error message: enough for a model to find the right one, but not so many that they fill its
 * context.
 *
 * @param more where the full list is, such as "shop://pricing"
 */
export function validValues(values: string[], more: string): string {
  if (values.length === 0) return 'none yet';
  const listed = values.slice(0, MAX_LISTED).join(', ');
  const left = values.length - MAX_LISTED;
  return left > 0 ? `${listed} and ${left} more, see ${more}` : listed;
}
