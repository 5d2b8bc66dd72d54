import { describe, expect, it } from 'vitest'
import { checkNeeds } from './check-needs.ts'
import { planSteps, stepService } from './testing/step-service.ts'

const planned = async (...steps: string[]) => planSteps(steps)

describe('a plan whose tasks need others', () => {
  it('is taken when each can begin once', async () => {
    const tasks = await planned('a', 'b<a', 'c<a', 'd<b,c,a')
    expect(() => checkNeeds(stepService, tasks)).not.toThrow()
  })

  it.each([
    { what: 'itself', steps: ['a', 'b<b'], wrong: 'tasks 1 need each other' },
    { what: 'one that needs it', steps: ['a<d', 'b<a', 'c', 'd<b'], wrong: 'tasks 0, 1, 3 need each other' },
    { what: 'one that never begins', steps: ['a<b', 'b<a', 'c<b'], wrong: 'tasks 0, 1, 2' },
    { what: 'one that there is not', steps: ['a', 'b<x'], wrong: 'task 1 needs task -1' },
  ])('is refused as a fault of its service when a task needs $what', async ({ steps, wrong }) => {
    const tasks = await planned(...steps)
    expect(() => checkNeeds(stepService, tasks)).toThrow(wrong)
  })

  it('is refused of a service in which others may make up for a task that failed', async () => {
    const tasks = await planned('a', 'b<a')
    expect(() => checkNeeds({ ...stepService, needsAllTasks: false }, tasks)).toThrow(
      'does not need all tasks',
    )
  })
})
