import { Registry } from 'prom-client'
import { describe, expect } from 'vitest'
import { leave } from '../../../ports/containers.ts'
import { clusterSettings, missingClusterSettings } from './testing/cluster-settings.ts'
import { test } from './testing/container-test.ts'
import { openCutProxy } from './testing/cut-proxy.ts'
import { poorKubeconfig } from './testing/poor-kubeconfig.ts'

const missing = missingClusterSettings()

if (missing.length === 0) {
  describe('execution/kubernetes', { timeout: 120_000 }, () => {
    const { kubeconfig } = clusterSettings()

    test('stages, runs and collects, tells of it, and leaves nothing', async ({
      namespace,
      staging,
      open,
      begin,
    }) => {
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

    test('numbers the containers of a fan-out', async ({ namespace, staging, open, begin }) => {
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

    test('stops at once what ignores that it should', async ({ namespace, open, begin }) => {
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

    test('goes on with what another worker began, and tells no line twice', async ({
      namespace,
      staging,
      open,
      begin,
    }) => {
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

    test('is told what its containers use', async ({ open, begin }) => {
      const run = begin(open(), {
        arguments: ['for ((i = 0; ; i++)); do :; done'],
        cpuMillis: 200,
      })
      await expect.poll(() => run.uses.length, { timeout: 90_000 }).toBeGreaterThan(1)
      const use = run.uses.at(-1)
      expect(use?.memoryBytes).toBeGreaterThan(2 ** 18)
      expect(use?.memoryBytes).toBeLessThan(64 * 2 ** 20)
      expect(use?.cpuSeconds).toBeGreaterThan(0.2)
      run.stop.abort(new Error('enough'))
      await run.ended
    })

    test('lists and removes what nobody waits for, and nothing of another installation', async ({
      namespace,
      open,
      begin,
    }) => {
      const [ours, others] = [open(), open({ installation: 'other' })]
      const endless = { arguments: ['sleep 1000'] }
      const [run, other] = [begin(ours, endless), begin(others, endless)]
      for (const each of [run, other]) {
        await expect.poll(() => each.states(), { timeout: 60_000 }).toContain('RUNNING')
        each.stop.abort(leave)
        await each.ended
      }
      expect(await ours.list()).toEqual([run.order.key])
      expect(await others.list()).toEqual([other.order.key])
      await ours.remove(run.order.key)
      await ours.remove(run.order.key)
      expect(await ours.list()).toEqual([])
      expect(await namespace.count()).toBe(3)
      await others.remove(other.order.key)
      expect(await namespace.count()).toBe(0)
    })

    test('finishes what ended while nobody looked, and removes it', async ({ namespace, open, begin }) => {
      const first = open()
      const run = begin(first, { arguments: ['echo said; echo left >/out/file'] })
      await expect.poll(() => run.states(), { timeout: 60_000 }).toContain('STARTING')
      run.stop.abort(leave)
      await run.ended
      await first.close()
      const ended = async () => (await namespace.pods()).map(({ status }) => status?.phase)
      await expect.poll(ended, { timeout: 90_000 }).toEqual(['Succeeded'])

      const resumed = begin(open(), { ...run.order })
      expect(await resumed.ended).toBeUndefined()
      expect(resumed.states()).toEqual(['COMPLETED'])
      expect(resumed.texts()).toEqual(['said'])
      expect(await namespace.count()).toBe(0)
    })

    test('fails by what failed while nobody looked', async ({ namespace, open, begin }) => {
      const first = open()
      const run = begin(first, { arguments: ['exit 9'] })
      await expect.poll(() => run.states(), { timeout: 60_000 }).toContain('STARTING')
      run.stop.abort(leave)
      await run.ended
      await first.close()
      const ended = async () => (await namespace.pods()).map(({ status }) => status?.phase)
      await expect.poll(ended, { timeout: 90_000 }).toEqual(['Failed'])
      expect(await begin(open(), { ...run.order }).ended).toMatchObject({ reason: 'CONTAINER_FAILED' })
      expect(await namespace.count()).toBe(0)
    })

    test('asks the API server as often for one container as for the next', async ({ open, begin }) => {
      const registry = new Registry()
      const containers = open({ registry })
      const count = async () => {
        const figures = await registry.getMetricsAsJSON()
        const requests = figures.find(({ name }) => name === 'fairlead_kubernetes_requests_total')?.values
        return Object.fromEntries(
          (requests ?? []).map(({ labels, value }) => [`${labels['verb']} ${labels['resource']}`, value]),
        )
      }
      expect(await begin(containers).ended).toBeUndefined()
      const first = await count()
      expect(first).toMatchObject({
        'list jobs': 1,
        'watch jobs': 1,
        'list pods': 1,
        'watch pods': 1,
        'create secrets': 1,
        'create jobs': 1,
        'get pods/log': 1,
        'delete jobs': 1,
        'delete secrets': 1,
      })
      for (const _ of [1, 2]) expect(await begin(containers).ended).toBeUndefined()
      const third = await count()
      const each = ['create secrets', 'create jobs', 'get pods/log', 'delete jobs', 'delete secrets']
      for (const request of each) expect(third[request], request).toBe(3)
      for (const request of ['list jobs', 'watch jobs', 'list pods', 'watch pods'])
        expect(third[request], request).toBe(1)
      expect(third['deletecollection pods']).toBeUndefined()
    })

    test('says whether the cluster can be used', async ({ namespace, open }) => {
      await open().check()
      await expect(open({ namespace: 'no-such-namespace' }).check()).rejects.toThrow(
        /has no namespace no-such-namespace: create it/u,
      )
      const poor = await poorKubeconfig(kubeconfig, namespace)
      await expect(open({ kubeconfig: poor }).check()).rejects.toThrow(
        /not allowed to us: create jobs; .*get pods\/log.*Bind the role/u,
      )
      const proxy = await openCutProxy(kubeconfig)
      await proxy.cut()
      await expect(open({ kubeconfig: proxy.kubeconfig }).check()).rejects.toThrow(/is not reached: /u)
      await proxy.close()
    })
  })
} else {
  test.skip(`execution/kubernetes needs a cluster: set ${missing.join(', ')}`, () => undefined)
}
