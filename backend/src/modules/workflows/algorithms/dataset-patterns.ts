/** Whether an algorithm may be given a dataset: its identifier is listed, or begins with what stands before a "*". */
export function isDatasetAllowed(patterns: readonly string[], id: string): boolean {
  return patterns.some((pattern) =>
    pattern.endsWith('*') ? id.startsWith(pattern.slice(0, -1)) : id === pattern,
  )
}

/** What is wrong with a pattern; undefined for a good one. */
export function problemOfPattern(pattern: string): string | undefined {
  if (pattern.trim() !== pattern) return 'must not begin or end with a space'
  const star = pattern.indexOf('*')
  if (star !== -1 && star !== pattern.length - 1) {
    return `"${pattern}" has a "*" before its end: only what identifiers begin with can be left open`
  }
  return undefined
}

/** For people: which datasets the patterns allow. */
export function patternsText(patterns: readonly string[]): string {
  if (patterns.length === 0) return 'it may be given none'
  const [first, second, ...others] = patterns.map((each) => `"${each}"`)
  const more = others.length === 0 ? '' : ` and ${others.length} more`
  return `it may be given ${second === undefined ? first : `${first}, ${second}`}${more}`
}
