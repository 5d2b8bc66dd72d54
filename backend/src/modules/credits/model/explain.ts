import type { Action, Told } from './action.ts'
import { apply, systemSteps } from './apply.ts'
import { type Model, stateText } from './model.ts'

/**
 * Looks for an order of what was asked for at the same time in which the model gives every answer that was given and
 * comes to what is there afterwards. What was lost may have happened or not; between any two, time and workers may do
 * what is due. Undefined when there is no such order.
 */
export function explain(before: Model, told: readonly Told[], observed: string): Model | undefined {
  const swept = told.some(({ action }) => action.does === 'sweep')
  // What changes nothing in the model would only multiply the orders; its answer is checked where it is given.
  const calls = told.filter(({ action }) => !silent.has(action.does))
  const seen = new Set<string>()

  function search(model: Model, left: number): Model | undefined {
    const state = fullText(model)
    const here = `${left}\n${state}`
    if (seen.has(here)) return undefined
    seen.add(here)
    if (left === 0 && stateText(model) === observed) return model
    for (const [index, { action, outcome }] of calls.entries()) {
      const bit = 1 << index
      if ((left & bit) === 0) continue
      if (outcome.kind === 'lost') {
        const without = search(model, left & ~bit)
        if (without !== undefined) return without
      }
      for (const after of apply(model, action)) {
        if (outcome.kind === 'refused' ? after !== undefined : after === undefined) continue
        const found = search(after ?? model, left & ~bit)
        if (found !== undefined) return found
      }
    }
    for (const after of systemSteps(model, swept)) {
      const found = search(after, left)
      if (found !== undefined) return found
    }
    return undefined
  }
  return search(before, (1 << calls.length) - 1)
}

const silent: ReadonlySet<Action['does']> = new Set(['sweep', 'seal', 'verify'])

/** Also what cannot be seen from outside but matters later. */
function fullText(model: Model): string {
  const hidden = [...model.transfers.values()].map(
    ({ lapse, acceptedBy, recommendedBy }) => `${lapse} ${acceptedBy} ${recommendedBy}`,
  )
  const deciders = [...model.bookings.values()].map(({ decidedBy }) => decidedBy)
  return [
    stateText(model),
    ...hidden,
    ...deciders,
    [...model.requests.keys()].sort(),
    [...model.undone].sort(),
  ].join('\n')
}
