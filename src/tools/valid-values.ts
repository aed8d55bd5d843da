const MAX_LISTED = 30;

/**
 * Valid values for an error message: so many that a model finds the right one, so few that they do not fill its context.
 *
 * @param more where all of them are, such as "shop://pricing"
 */
export function validValues(values: string[], more: string): string {
  if (values.length === 0) return 'none yet';
  const listed = values.slice(0, MAX_LISTED).join(', ');
  const left = values.length - MAX_LISTED;
  return left > 0 ? `${listed} and ${left} more, see ${more}` : listed;
}
