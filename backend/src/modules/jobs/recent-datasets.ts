import type { PlanDataset } from './services/plan-context.ts'

type ReadDataset = (organizationId: string, id: string) => Promise<PlanDataset | undefined>

/**
 * As long as a page's form stands between its quote and the submit, and the bound on what a plan may miss of a
 * change of the catalogue. A task opens its file by the version that was planned with, and fails on another.
 */
const KEPT_MS = 5_000
const KEPT_MAX = 200
/** Cards of a header; a longer one is read each time. */
const KEPT_CARDS_MAX = 1_000

/** Remembers for some seconds which datasets an organisation could read; never that it could not. */
export function recentDatasets(read: ReadDataset, now: () => number = () => performance.now()): ReadDataset {
  const kept = new Map<string, { readonly dataset: PlanDataset; readonly untilMs: number }>()
  return async (organizationId, id) => {
    const key = `${organizationId} ${id}`
    const known = kept.get(key)
    if (known !== undefined && now() < known.untilMs) return known.dataset
    kept.delete(key)
    const dataset = await read(organizationId, id)
    if (dataset === undefined || dataset.unavailableReason !== undefined) return dataset
    if (dataset.header.length > KEPT_CARDS_MAX) return dataset
    kept.set(key, { dataset, untilMs: now() + KEPT_MS })
    const [oldest] = kept.keys()
    if (kept.size > KEPT_MAX && oldest !== undefined) kept.delete(oldest)
    return dataset
  }
}
