const PLACEHOLDER = /\$\{([A-Z][A-Z0-9_]{0,63})\}/g

/** Names of the run's parameters that a value stands for a part of, "${NAME}". */
export function placeholdersOf(value: string): string[] {
  return [...value.matchAll(PLACEHOLDER)].map(([, name = '']) => name)
}

/** The one that a value is, and nothing beside it. */
export function wholePlaceholder(value: string): string | undefined {
  const [name] = placeholdersOf(value)
  return name !== undefined && value === `\${${name}}` ? name : undefined
}

/**
 * A value with the run's parameters put in; undefined for one that is a parameter without a value. Within a text such a
 * one is nothing.
 */
export function filled(value: string, parameters: ReadonlyMap<string, string>): string | undefined {
  const whole = wholePlaceholder(value)
  if (whole !== undefined) return parameters.get(whole)
  return value.replaceAll(PLACEHOLDER, (_, name: string) => parameters.get(name) ?? '')
}
