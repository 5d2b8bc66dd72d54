const shape = /^[a-z][a-z0-9-]{0,31}$/

/** What is wrong with the name of a step or an input; undefined when nothing is. */
export function nameProblem(name: string, taken: readonly string[]): string | undefined {
  if (!shape.test(name)) return 'Give lower-case letters, digits and hyphens, a letter first, 32 at most.'
  return taken.includes(name) ? 'Give each a name of its own.' : undefined
}
