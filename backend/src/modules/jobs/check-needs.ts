import type { JobService, PlannedTask } from './services/job-service.ts'

/** Throws for a plan whose tasks could not all begin: the service that made it is at fault, and nobody who asked for it. */
export function checkNeeds(service: JobService, tasks: readonly PlannedTask[]): void {
  const wrong = problemOfNeeds(service, tasks)
  if (wrong !== undefined) throw new Error(`the plan of ${service.id} cannot be run: ${wrong}`)
}

function problemOfNeeds({ needsAllTasks }: JobService, tasks: readonly PlannedTask[]): string | undefined {
  if (tasks.every(({ needs = [] }) => needs.length === 0)) return undefined
  if (needsAllTasks !== true) return 'tasks need others, and it does not need all tasks'
  for (const [index, { needs = [] }] of tasks.entries()) {
    const unknown = needs.find((need) => tasks[need] === undefined)
    if (unknown !== undefined) return `task ${index} needs task ${unknown}, which there is not`
  }
  const circle = openTasks(tasks)
  return circle.length === 0 ? undefined : `tasks ${circle.join(', ')} need each other, or need those that do`
}

/** Indexes of tasks that never begin when each begins once those that it needs have ended. */
function openTasks(tasks: readonly PlannedTask[]): number[] {
  const left = new Map(tasks.map(({ needs = [] }, index) => [index, new Set(needs)]))
  const needed = new Map<number, number[]>()
  for (const [index, needs] of left)
    for (const need of needs) needed.set(need, [...(needed.get(need) ?? []), index])
  const ready = [...left].filter(([, needs]) => needs.size === 0).map(([index]) => index)
  for (let next = ready.pop(); next !== undefined; next = ready.pop()) {
    left.delete(next)
    for (const index of needed.get(next) ?? []) {
      const needs = left.get(index)
      needs?.delete(next)
      if (needs?.size === 0) ready.push(index)
    }
  }
  return [...left.keys()]
}
