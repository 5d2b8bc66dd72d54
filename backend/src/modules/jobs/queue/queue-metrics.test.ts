import { Registry } from 'prom-client'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type JobsFixture, jobsFixture } from '../testing/jobs-fixture.ts'
import { submitProbe } from '../testing/submit-probe.ts'
import { queueMetrics } from './queue-metrics.ts'

let fixture: JobsFixture
beforeEach(async () => {
  fixture = await jobsFixture()
})
afterEach(() => fixture.end())

/** As a process that has not been asked before tells it. */
const told = async () => {
  const registry = new Registry()
  queueMetrics(registry, fixture.database.dataSource)
  return registry.metrics()
}
const counted = () => fixture.database.dataSource.query('delete from shared_figures')

it('the length of the queue is what workers could take, and the same whoever is asked', async () => {
  await submitProbe(fixture, Array(5).fill('write x'))
  await fixture.database.dataSource.query(`update job_tasks set queued_at = queued_at - interval '1 hour'`)
  const texts = await Promise.all([told(), told()])
  await expect.poll(told).toContain('fairlead_queue_tasks{state="ready"} 5\n')
  const text = await told()
  expect(text).toContain('fairlead_queue_tasks{state="running"} 0\n')
  expect(text).toContain('fairlead_jobs{phase="QUEUED"} 1\n')
  expect(text).toContain('fairlead_queue_worker_slots 0\n')
  expect(Number(/^fairlead_queue_oldest_ready_task_age_seconds (\S+)/m.exec(text)?.[1])).toBeGreaterThan(3599)
  // Of two that are asked at once, one may have nothing to tell yet.
  expect(texts.join('')).toContain('fairlead_queue_tasks{state="ready"} 5\n')
})

it('a worker adds its slots, and counts its attempts by what came of them', async () => {
  const registry = new Registry()
  await fixture.worker({ registry, concurrency: 3 })
  await fixture.ended(await submitProbe(fixture, ['write x', 'fail', 'write y']))
  await counted()
  const text = await told()
  expect(text).toContain('fairlead_queue_worker_slots 3\n')
  expect(text).toContain('fairlead_queue_workers{state="ACTIVE"} 1\n')
  expect(text).toContain('fairlead_queue_tasks{state="ready"} 0\n')
  await expect.poll(() => registry.metrics()).toContain('fairlead_worker_running_tasks 0\n')
  const own = await registry.metrics()
  expect(own).toContain('fairlead_task_attempts_total{service="probe",outcome="completed"} 2\n')
  expect(own).toContain('fairlead_task_attempts_total{service="probe",outcome="failed"} 1\n')
  expect(own).toContain('fairlead_task_attempt_duration_seconds_count{service="probe"} 3\n')
  expect(own).toContain('fairlead_task_queue_wait_seconds_count{service="probe"} 3\n')
  expect(own).toContain('fairlead_worker_slots 3\n')
})

it('without a database it tells nothing, and of the process the rest', async () => {
  await fixture.database.dataSource.destroy()
  expect(await told()).not.toMatch(/^fairlead_queue_tasks\{/m)
})
