import { describe, expect, it } from 'vitest'
import { recentDatasets } from './recent-datasets.ts'
import type { PlanDataset } from './services/plan-context.ts'

describe('recent datasets', () => {
  const dataset: PlanDataset = {
    id: 'tile',
    location: {},
    hdu: 0,
    header: [],
    axes: [1, 1],
    bitpix: 8,
    unavailableReason: undefined,
  }
  const reader = (answer: PlanDataset | undefined) => {
    const state = { reads: 0, nowMs: 0, answer }
    const read = recentDatasets(
      async () => {
        state.reads++
        return state.answer
      },
      () => state.nowMs,
    )
    return { state, read }
  }

  it('are read once within five seconds, and anew after that', async () => {
    const { state, read } = reader(dataset)
    expect(await read('ours', 'tile')).toBe(dataset)
    state.nowMs = 4_999
    expect(await read('ours', 'tile')).toBe(dataset)
    expect(state.reads).toBe(1)
    state.nowMs = 5_000
    state.answer = undefined
    expect(await read('ours', 'tile')).toBeUndefined()
  })

  it('are remembered for the organisation alone that asked', async () => {
    const { state, read } = reader(dataset)
    await read('ours', 'tile')
    await read('theirs', 'tile')
    expect(state.reads).toBe(2)
  })

  it.each([
    ['absent', undefined],
    ['unavailable', { ...dataset, unavailableReason: 'The file is not there.' }],
  ])('are asked for again at once when they were %s', async (_what, answer) => {
    const { state, read } = reader(answer)
    await read('ours', 'tile')
    state.answer = dataset
    expect(await read('ours', 'tile')).toBe(dataset)
  })
})
