/** What a statement does to which table first, such as "update jobs": few, however many statements there are. */
export function statementSummary(text: string): string {
  const statement = text.replace(/--.*$/gm, '').trim()
  const [, verb = 'query'] = /^(\w+)/.exec(statement) ?? []
  const [, target] =
    /\b(?:from|into|update|join|table)\s+(?:only\s+)?([a-z_][a-z0-9_.]*)/i.exec(statement) ?? []
  // The first of a statement with common table expressions is what it changes, or reads.
  const [, main = verb] = verb.toLowerCase() === 'with' ? (MAIN_VERB.exec(statement) ?? []) : []
  return [main.toLowerCase(), target].filter((part) => part !== undefined).join(' ')
}

const MAIN_VERB = /\b(insert|update|delete|select)\b/i
