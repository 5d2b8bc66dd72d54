import type { RunStep } from '@fairlead/proto/web/fairlead/workflows/v1/workflows'
import { describe, expect, test } from 'vitest'
import { keptSteps, runGraph, stepToShow } from './run-graph'
import { costOf } from './step-use'

function step(name: string, state: RunStep['state'], fields: Partial<RunStep> = {}): RunStep {
  return {
    name,
    task: 0,
    needs: [],
    algorithm: `${name}@1`,
    environment: 'environments/small',
    state,
    stateMessage: '',
    containers: undefined,
    startTime: undefined,
    endTime: undefined,
    error: undefined,
    use: undefined,
    attempts: 0,
    ...fields,
  }
}

const began = { startTime: new Date('2026-11-21T09:00:00Z') }

describe('a run', () => {
  test('is a graph of its steps and what they need', () => {
    const { nodes, edges } = runGraph({
      steps: [step('cut', 'STEP_STATE_RUNNING'), step('measure', 'STEP_STATE_BLOCKED', { needs: ['cut'] })],
    })
    expect(nodes.map(({ id, environment, progress }) => [id, environment, progress?.state])).toEqual([
      ['cut', 'small', 'STEP_STATE_RUNNING'],
      ['measure', 'small', 'STEP_STATE_BLOCKED'],
    ])
    expect(edges).toEqual([{ id: 'cut > measure', from: 'cut', to: 'measure', port: '', isOrder: false }])
  })

  test('shows first what failed, then what moves, then what ended last', () => {
    const done = step('cut', 'STEP_STATE_COMPLETED', began)
    const runs = step('measure', 'STEP_STATE_RUNNING', began)
    const failed = step('check', 'STEP_STATE_FAILED', began)
    const waits = step('collect', 'STEP_STATE_BLOCKED')
    expect(stepToShow([done, runs, failed, waits])?.name).toBe('check')
    expect(stepToShow([done, runs, waits])?.name).toBe('measure')
    expect(stepToShow([done, waits])?.name).toBe('cut')
    expect(stepToShow([waits])?.name).toBe('collect')
    expect(stepToShow([])).toBeUndefined()
  })

  test('keeps for a retry what completed, in it or before it', () => {
    expect(
      keptSteps([
        step('cut', 'STEP_STATE_KEPT'),
        step('measure', 'STEP_STATE_COMPLETED'),
        step('check', 'STEP_STATE_FAILED'),
        step('collect', 'STEP_STATE_CANCELLED'),
      ]),
    ).toBe(2)
  })
})

test('what a step costs is rounded up to the smallest unit', () => {
  const price = { creditClass: 'creditClasses/CPU', unit: 'credits', decimals: 2, perHour: 360n, perRun: 0n }
  expect(costOf(3_600, price)).toBe('3.60 credits')
  expect(costOf(1, price)).toBe('0.01 credits')
  expect(costOf(0, price)).toBe('0.00 credits')
})
