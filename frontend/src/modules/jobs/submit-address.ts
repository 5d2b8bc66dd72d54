interface SubmitOptions {
  readonly runId?: string
  /** Choice of the execution duration: seconds as text, "0" for the longest, empty for the service's default. */
  readonly duration?: string
  /** UUID of the PENDING job to change; empty to make a new one. */
  readonly job?: string
}

/** Address of the submit page, filled in. Parameters keep their order and may repeat. */
export function submitAddress(
  organizationPath: string,
  service: string,
  parameters: readonly { name: string; value: string }[],
  { runId = '', duration = '', job = '' }: SubmitOptions = {},
): string {
  const query = new URLSearchParams({ service })
  for (const { name, value } of parameters) query.append(name, value)
  if (runId !== '') query.set('name', runId)
  if (duration !== '') query.set('limit', duration)
  if (job !== '') query.set('job', job)
  return `${organizationPath}/submit?${query}`
}

export interface SubmitAddress {
  readonly service: string
  readonly runId: string
  readonly duration: string
  readonly job: string
  /** Values by parameter name; parameter names are upper-case, which tells them from the rest. */
  readonly values: Readonly<Record<string, readonly string[]>>
}

/** Reads what an address says, and leaves out what it says wrongly. */
export function readSubmitAddress(query: URLSearchParams): SubmitAddress {
  const values: Record<string, string[]> = {}
  for (const [name, value] of query) {
    if (/^[A-Z][A-Z0-9_]{0,63}$/.test(name)) values[name] = [...(values[name] ?? []), value]
  }
  const matching = (name: string, pattern: RegExp) => {
    const value = query.get(name) ?? ''
    return pattern.test(value) ? value : ''
  }
  return {
    service: query.get('service') ?? '',
    runId: query.get('name') ?? '',
    duration: matching('limit', /^\d{1,5}$/),
    job: matching('job', /^[0-9a-f-]{36}$/),
    values,
  }
}
