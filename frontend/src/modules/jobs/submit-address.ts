/** Address of the submit page, filled in. Parameters keep their order and may repeat. */
export function submitAddress(
  organizationPath: string,
  service: string,
  parameters: readonly { name: string; value: string }[],
  runId = '',
): string {
  const query = new URLSearchParams({ service })
  for (const { name, value } of parameters) query.append(name, value)
  if (runId !== '') query.set('name', runId)
  return `${organizationPath}/submit?${query}`
}

export interface SubmitAddress {
  readonly service: string
  readonly runId: string
  /** Values by parameter name; parameter names are upper-case, which tells them from the rest. */
  readonly values: Readonly<Record<string, readonly string[]>>
}

export function readSubmitAddress(query: URLSearchParams): SubmitAddress {
  const values: Record<string, string[]> = {}
  for (const [name, value] of query) {
    if (/^[A-Z][A-Z0-9_]{0,63}$/.test(name)) values[name] = [...(values[name] ?? []), value]
  }
  return { service: query.get('service') ?? '', runId: query.get('name') ?? '', values }
}
