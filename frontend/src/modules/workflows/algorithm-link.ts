import { parseReference } from './algorithm-reference'

/** Page of the algorithm that a step names: "measure@2", "other-lab/measure@2". */
export function algorithmLink(path: string, reference: string): string {
  const parsed = parseReference(reference)
  if (parsed === undefined) return `${path}/algorithms`
  const query = new URLSearchParams({ version: String(parsed.version) })
  if (parsed.organization !== '') query.set('of', parsed.organization)
  return `${path}/algorithms/${parsed.algorithm}?${query}`
}
