/** Which datasets an algorithm may be given, in one sentence. */
export function datasetsText(datasets: readonly string[]): string {
  if (datasets.length === 0) return 'None: it is given no datasets.'
  if (datasets.includes('*')) return 'Any that the organisation of the run may read.'
  return datasets
    .map((pattern) => (pattern.endsWith('*') ? `all that begin with “${pattern.slice(0, -1)}”` : pattern))
    .join(', ')
}
