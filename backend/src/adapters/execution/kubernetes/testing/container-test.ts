import pino from 'pino'
import { test as base, vi } from 'vitest'
import type { ContainerExecution } from '../../../../ports/containers.ts'
import { createKubernetesContainers, type KubernetesOptions } from '../kubernetes-containers.ts'
import { clusterSettings } from './cluster-settings.ts'
import { createTestNamespace, type TestNamespace } from './test-namespace.ts'
import { begin as beginRun, type TestOrder, type TestRun } from './test-run.ts'
import { openTestStaging, type TestStaging } from './test-staging.ts'

export interface ContainerFixtures {
  /** Shared by the tests of a file. */
  readonly namespace: TestNamespace
  readonly staging: TestStaging
  readonly open: (options?: Partial<KubernetesOptions>) => ContainerExecution
  /** A small order, but for what is said. */
  readonly begin: (containers: ContainerExecution, order?: Partial<TestOrder>) => TestRun
}

/** A test that runs containers on the cluster. What it leaves running ends with it, and is waited for. */
export const test = base.extend<ContainerFixtures>({
  namespace: [
    // biome-ignore lint/correctness/noEmptyPattern: Vitest reads the names of the fixtures from the pattern
    async ({}, use) => {
      const namespace = await createTestNamespace(clusterSettings().kubeconfig)
      await use(namespace)
      await namespace.remove()
    },
    { scope: 'file' },
  ],
  staging: async ({ namespace }, use) => {
    const staging = await openTestStaging(new URL(namespace.api.address).hostname)
    await use(staging)
    await staging.close()
  },
  open: async ({ namespace }, use) => {
    const { kubeconfig, image } = clusterSettings()
    const opened: ContainerExecution[] = []
    await use((options = {}) => {
      const containers = createKubernetesContainers({
        namespace: namespace.name,
        kubeconfig,
        installation: 'test',
        agentImage: image,
        log: pino({ level: 'silent' }),
        ...options,
      })
      opened.push(containers)
      return containers
    })
    for (const containers of opened) await containers.close()
  },
  begin: async ({ namespace, staging, open }, use) => {
    const { image } = clusterSettings()
    const runs: TestRun[] = []
    await use((containers, order = {}) => {
      const run = beginRun(containers, { image, stagingUrl: staging.url, ...order })
      runs.push(run)
      return run
    })
    for (const run of runs) run.stop.abort(new Error('the test has ended'))
    await Promise.all(runs.map(({ ended }) => ended))
    // Of a test that failed before another worker took them over.
    const remover = open()
    for (const { order } of runs) if ((await namespace.count(order.key)) > 0) await remover.remove(order.key)
    for (const { order } of runs) {
      const empty = async () => {
        const left = await namespace.count(order.key)
        if (left > 0) throw new Error(`${left} objects of a run are left`)
      }
      await vi.waitFor(empty, { timeout: 30_000, interval: 200 })
    }
  },
})
