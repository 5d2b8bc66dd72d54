import { apiAs, type Job } from '../support/api.ts'
import { expect, test } from './cluster-test.ts'
import type { Workload } from './harness/objects.ts'

const organization = 'survey-institute'
const JOBS = 8
const STENCILS = 100
/** The autoscaler looks every 15 s at figures that are up to 15 s old; then the pod has to start. */
const SCALE_UP_MS = 150_000
const SCALE_DOWN_MS = 240_000

interface Autoscaler {
  readonly spec: { readonly minReplicas: number; readonly maxReplicas: number }
  readonly status: { readonly currentMetrics?: readonly unknown[] | null }
}
interface Workers {
  readonly workers?: readonly { readonly name: string; readonly runningTasks?: number }[]
}

test('queued work adds workers, which share it, and they go when it has ended', async ({
  system,
  installation: { kubectl },
}) => {
  test.setTimeout(480_000)
  const autoscaler = () => kubectl.json<Autoscaler>(['get', 'horizontalpodautoscaler', 'worker'])
  const replicas = async () => {
    const { status } = await kubectl.json<Workload>(['get', 'deployment', 'worker'])
    return status.readyReplicas ?? 0
  }
  const { minReplicas, maxReplicas } = (await autoscaler()).spec
  expect(maxReplicas).toBeGreaterThan(minReplicas)
  await expect
    .poll(async () => (await autoscaler()).status.currentMetrics?.length ?? 0, {
      timeout: 90_000,
      message: 'the autoscaler has figures',
    })
    .toBeGreaterThan(0)
  await expect.poll(replicas, { timeout: SCALE_DOWN_MS, message: 'as few as may be' }).toBe(minReplicas)

  const api = await apiAs(system, 'alice', organization)
  const { coverage } = await api.get<{ coverage: { center: { raDeg: number; decDeg: number } } }>(
    `organizations/${organization}/datasets/microwave-sky`,
  )
  const { raDeg, decDeg } = coverage.center
  const jobs: Job[] = []
  for (let index = 0; index < JOBS; index++) {
    const stencils = Array.from(
      { length: STENCILS },
      (_, stencil) => ['CIRCLE', `${raDeg} ${decDeg} ${(2 + stencil * 0.01).toFixed(2)}`] as const,
    )
    jobs.push(await api.createJob([['ID', 'microwave-sky'], ...stencils], { runId: `Load ${index}` }))
  }
  await expect
    .poll(replicas, { timeout: SCALE_UP_MS, message: 'further workers are ready' })
    .toBeGreaterThan(minReplicas)

  const operator = await apiAs(system, 'olivia', 'operator')
  await expect
    .poll(async () => {
      const { workers = [] } = await operator.get<Workers>('operations/workers')
      return workers.filter(({ runningTasks = 0 }) => runningTasks > 0).length
    })
    .toBeGreaterThan(minReplicas)

  // One runs on, over the end of the worker that may have tasks of it.
  const [last, ...others] = jobs.toReversed()
  for (const { name } of others) {
    const { phase } = await api.get<Job>(name)
    if (phase === 'PHASE_QUEUED' || phase === 'PHASE_EXECUTING') await api.post(`${name}:cancel`, {})
  }
  await expect
    .poll(async () => (await api.get<Job>(last!.name)).phase, { timeout: 120_000 })
    .toBe('PHASE_COMPLETED')
  await expect
    .poll(replicas, { timeout: SCALE_DOWN_MS, message: 'the further workers are gone' })
    .toBe(minReplicas)
})
