import pino from 'pino'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type ContainerExecution, leave } from '../../../ports/containers.ts'
import { createKubernetesContainers, type KubernetesOptions } from './kubernetes-containers.ts'
import { clusterSettings, missingClusterSettings } from './testing/cluster-settings.ts'
import { createTestNamespace, type TestNamespace } from './testing/test-namespace.ts'
import { begin as beginRun, type TestOrder } from './testing/test-run.ts'
import { openTestStaging, type TestStaging } from './testing/test-staging.ts'

const missing = missingClusterSettings()

if (missing.length === 0) {
  describe('execution/kubernetes', { timeout: 120_000 }, () => {
    const { kubeconfig, image } = clusterSettings()
    let namespace: TestNamespace
    let staging: TestStaging
    const opened: ContainerExecution[] = []

    beforeAll(async () => {
      namespace = await createTestNamespace(kubeconfig)
      staging = await openTestStaging(new URL(namespace.api.address).hostname)
    })
    afterEach(async () => {
      for (const containers of opened.splice(0)) await containers.close()
      staging.inputs.clear()
      staging.outputs.clear()
    })
    afterAll(async () => {
      await staging.close()
      await namespace.remove()
    })

    const open = (options: Partial<KubernetesOptions> = {}) => {
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
    }
    const begin = (containers: ContainerExecution, order: Partial<TestOrder> = {}) =>
      beginRun(containers, { image, stagingUrl: staging.url, ...order })

    test('stages, runs and collects, tells of it, and leaves nothing', async () => {
      staging.inputs.set('tile/a.txt', 'of the dataset')
      const run = begin(open(), {
        arguments: [
          'cat /in/tile/a.txt >/out/copy.txt; echo "$NAME"; echo; echo "$FAIRLEAD_INSTANCE of $FAIRLEAD_INSTANCES"; printf "the end"',
        ],
        variables: { NAME: 'costs $(HOME) $$', HOME: '/nowhere' },
      })
      expect(await run.ended).toBeUndefined()
      expect(await namespace.count()).toBe(0)
      expect(run.states()).toEqual(expect.arrayContaining(['STARTING', 'COLLECTING', 'COMPLETED']))
      expect(run.states().at(-1)).toBe('COMPLETED')
      expect(run.texts()).toEqual(['costs $(HOME) $$', '', '0 of 1', 'the end'])
      expect([...staging.outputs]).toEqual([['0/copy.txt', 'of the dataset']])
      expect(run.changes.at(-1)).toMatchObject({ exitCode: 0, node: expect.stringMatching(/./u) })
      expect([...staging.tokens]).toEqual(['Bearer a-token'])
    })

    test('numbers the containers of a fan-out', async () => {
      const run = begin(open(), {
        count: 5,
        parallel: 3,
        arguments: ['echo "I am $FAIRLEAD_INSTANCE"; echo $FAIRLEAD_INSTANCE >/out/n.txt'],
      })
      expect(await run.ended).toBeUndefined()
      expect(await namespace.count()).toBe(0)
      expect([...staging.outputs.keys()].toSorted()).toEqual([0, 1, 2, 3, 4].map((n) => `${n}/n.txt`))
      for (let number = 0; number < 5; number += 1) {
        expect(run.texts(number)).toEqual([`I am ${number}`])
        expect(run.states(number).at(-1)).toBe('COMPLETED')
      }
    })

    test('stops at once what ignores that it should', async () => {
      const run = begin(open(), {
        arguments: ['trap "" TERM; echo on; while :; do read -t 1 <> <(:); done'],
      })
      await expect.poll(() => run.texts(), { timeout: 60_000 }).toContain('on')
      const stopped = performance.now()
      run.stop.abort(new Error('the job has ended'))
      expect(await run.ended).toMatchObject({ message: 'the job has ended' })
      expect(performance.now() - stopped).toBeLessThan(30_000)
      expect(run.states().at(-1)).toBe('CANCELLED')
      expect(await namespace.count()).toBe(0)
    })

    test('goes on with what another worker began, and tells no line twice', async () => {
      const first = open()
      const run = begin(first, {
        arguments: ['for i in $(seq 1 16); do echo $i; sleep 0.5; done; date +%s.%N >/out/once'],
      })
      await expect.poll(() => run.texts().length, { timeout: 60_000 }).toBeGreaterThan(3)
      run.stop.abort(leave)
      expect(await run.ended).toBe(leave)
      await first.close()
      expect(await namespace.count()).toBe(3)

      const second = open()
      expect(await second.list()).toEqual([run.order.key])
      const last = run.lines.at(-1)?.time
      const resumed = begin(second, { ...run.order, logsAfter: () => last })
      expect(await resumed.ended).toBeUndefined()
      expect([...run.texts(), ...resumed.texts()]).toEqual(Array.from({ length: 16 }, (_, i) => `${i + 1}`))
      expect(resumed.states().at(-1)).toBe('COMPLETED')
      expect(staging.outputs.size).toBe(1)
      expect(await namespace.count()).toBe(0)
    })
  })
} else {
  test.skip(`execution/kubernetes needs a cluster: set ${missing.join(', ')}`, () => undefined)
}
