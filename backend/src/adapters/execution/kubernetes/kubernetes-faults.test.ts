import { setTimeout } from 'node:timers/promises'
import pino from 'pino'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { ContainerExecution } from '../../../ports/containers.ts'
import { createKubernetesContainers, type KubernetesOptions } from './kubernetes-containers.ts'
import { objectName } from './object-names.ts'
import { clusterSettings, missingClusterSettings } from './testing/cluster-settings.ts'
import { openCutProxy } from './testing/cut-proxy.ts'
import { createTestNamespace, type TestNamespace } from './testing/test-namespace.ts'
import { begin as beginRun, type TestOrder, type TestRun } from './testing/test-run.ts'
import { openTestStaging, type TestStaging } from './testing/test-staging.ts'

const missing = missingClusterSettings()
const MIB = 2 ** 20

if (missing.length === 0) {
  describe('containers that go wrong', { timeout: 180_000 }, () => {
    const { kubeconfig, image } = clusterSettings()
    let namespace: TestNamespace
    let staging: TestStaging
    const opened: ContainerExecution[] = []
    const runs: TestRun[] = []

    beforeAll(async () => {
      namespace = await createTestNamespace(kubeconfig)
      staging = await openTestStaging(new URL(namespace.api.address).hostname)
    })
    afterEach(async () => {
      for (const run of runs.splice(0)) {
        run.stop.abort(new Error('the test has ended'))
        await run.ended
      }
      for (const containers of opened.splice(0)) await containers.close()
      await namespace.empty()
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
    const begin = (order: Partial<TestOrder>, options: Partial<KubernetesOptions> = {}) => {
      const run = beginRun(open(options), { image, stagingUrl: staging.url, cpuMillis: 250, ...order })
      runs.push(run)
      return run
    }
    const running = (run: TestRun) =>
      expect.poll(() => run.states(), { timeout: 90_000 }).toContain('RUNNING')
    const deletePod = async (run: TestRun) => {
      const pods = await namespace.pods()
      const pod = pods.find(({ metadata }) => metadata.name.startsWith(objectName(run.order.key)))
      const path = `${namespace.core}/pods/${pod?.metadata.name}`
      await namespace.api.json({ verb: 'delete', resource: 'pods', path })
      return pod?.metadata.uid
    }

    // Not for room: the cluster may be busy with others.
    const soon = { imageMs: 3000, startMs: 3000 }
    const noRoom = { roomMs: 3000 }
    const faults: readonly {
      name: string
      order: Partial<TestOrder>
      patience?: KubernetesOptions['patience']
      reason: string | RegExp
      message: RegExp
    }[] = [
      {
        name: 'exits 3',
        order: { arguments: ['echo "no such band"; exit 3'] },
        reason: 'CONTAINER_FAILED',
        message: /exit code 3\. Its last line: no such band$/u,
      },
      {
        name: 'allocates without end',
        order: { command: ['node', '-e'], arguments: ['a=[];for(;;)a.push(Buffer.alloc(1<<20,1))'] },
        reason: 'MEMORY_LIMIT_EXCEEDED',
        message: /64 MiB of memory/u,
      },
      {
        name: 'fills its disk',
        order: { arguments: ['head -c 200M /dev/zero >/out/big; sleep 100'] },
        reason: 'DISK_LIMIT_EXCEEDED',
        message: /64 MiB of disk/u,
      },
      {
        name: 'writes to its log without end',
        order: { arguments: ['yes "nothing new" | head -c 10G; sleep 100'] },
        reason: 'DISK_LIMIT_EXCEEDED',
        message: /logs count together/u,
      },
      {
        name: 'forks without end',
        order: { arguments: ['f() { f | f & }; f; wait; sleep 100'], containerTimeoutMs: 20_000 },
        reason: /^(MEMORY_LIMIT_EXCEEDED|EXECUTION_DURATION_EXCEEDED|CONTAINER_FAILED)$/u,
        message: /./u,
      },
      {
        name: 'runs for too long, and ignores that it should end',
        order: { arguments: ['trap "" TERM; for ((;;)); do sleep 1; done'], containerTimeoutMs: 12_000 },
        reason: 'EXECUTION_DURATION_EXCEEDED',
        message: /longer than its 12 s/u,
      },
      {
        name: 'leads out of its folder',
        order: { arguments: ['ln -s /etc/passwd /out/passwd'] },
        reason: 'OUTPUT_UNUSABLE',
        message: /passwd/u,
      },
      {
        name: 'has no such command',
        order: { command: ['/no/such/command'], arguments: [] },
        reason: 'CONTAINER_NOT_STARTED',
        message: /\/no\/such\/command.*no such file/u,
      },
      {
        name: 'has an image that is nowhere',
        order: { image: `registry.invalid/nothing@sha256:${'0'.repeat(64)}` },
        reason: 'IMAGE_UNAVAILABLE',
        message: /registry\.invalid\/nothing/u,
      },
      {
        name: 'fits no machine',
        order: { cpuMillis: 10_000_000 },
        patience: noRoom,
        reason: 'UNSCHEDULABLE',
        message: /Insufficient cpu/u,
      },
    ]
    test.each(faults)(
      'one that $name ends with its own reason',
      async ({ order, patience = soon, reason, message }) => {
        const run = begin(order, { patience })
        const error = await run.ended
        expect(error).toMatchObject({
          reason: typeof reason === 'string' ? reason : expect.stringMatching(reason),
          message: expect.stringMatching(message),
        })
        expect(run.states().at(-1)).toBe('FAILED')
        expect(await namespace.count()).toBe(0)
      },
    )

    test('has no token, and the API server tells it nothing', async () => {
      const server = namespace.api.address
      const run = begin({
        command: ['node', '-e'],
        arguments: [
          `process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'
           const { existsSync } = require('node:fs')
           console.log(existsSync('/var/run/secrets') || existsSync('/var/run/fairlead'))
           fetch('${server}${namespace.core}/secrets').then(async (r) => console.log(r.status))`,
        ],
        memoryBytes: 256 * MIB,
      })
      expect(await run.ended).toBeUndefined()
      expect(run.texts().filter((text) => !text.includes('Warning'))).toEqual(
        expect.arrayContaining(['false', expect.stringMatching(/^40[13]$/u)]),
      )
    })

    test('waits for its quota, and gives it up', async () => {
      const path = `${namespace.core}/resourcequotas`
      const quota = { metadata: { name: 'none' }, spec: { hard: { pods: '0' } } }
      await namespace.create('resourcequotas', path, { apiVersion: 'v1', kind: 'ResourceQuota', ...quota })
      try {
        const run = begin({}, { patience: noRoom })
        expect(await run.ended).toMatchObject({ reason: 'QUOTA_EXCEEDED' })
        expect(run.waiting[0]).toMatch(/quota: exceeded quota: none/u)
      } finally {
        await namespace.api.json({ verb: 'delete', resource: 'resourcequotas', path: `${path}/none` })
      }
    })

    test('is told that the cluster does not admit it', async () => {
      const path = `${namespace.core}/limitranges`
      const range = {
        metadata: { name: 'small' },
        spec: { limits: [{ type: 'Container', max: { cpu: '10m' } }] },
      }
      await namespace.create('limitranges', path, { apiVersion: 'v1', kind: 'LimitRange', ...range })
      try {
        const error = await begin({}).ended
        expect(error).toMatchObject({
          reason: 'NOT_ADMITTED',
          message: expect.stringMatching(/maximum cpu/u),
        })
      } finally {
        await namespace.api.json({ verb: 'delete', resource: 'limitranges', path: `${path}/small` })
      }
    })

    test('is replaced when somebody deletes its pod, but not for ever', async () => {
      const run = begin({ arguments: ['sleep 1000'] })
      for (const uid of [undefined, 1, 2]) {
        await expect
          .poll(() => run.states().filter((state) => state === 'RUNNING').length, { timeout: 90_000 })
          .toBe(Number(uid ?? 0) + 1)
        await deletePod(run)
      }
      expect(await run.ended).toMatchObject({ reason: 'POD_DELETED', transient: true })
      expect(run.states().filter((state) => state === 'WAITING')).toHaveLength(2)
      expect(await namespace.count()).toBe(0)
    })

    test('ends when somebody deletes its Job', async () => {
      const run = begin({ arguments: ['sleep 1000'] })
      await running(run)
      const path = `/apis/batch/v1/namespaces/${namespace.name}/jobs/${objectName(run.order.key)}`
      const query = { propagationPolicy: 'Background' }
      await namespace.api.json({ verb: 'delete', resource: 'jobs', path, query })
      expect(await run.ended).toMatchObject({ reason: 'POD_DELETED', transient: true })
      expect(await namespace.count()).toBe(0)
    })

    test('is moved when its pod is evicted', async () => {
      const run = begin({ arguments: ['sleep 20; echo done'] })
      await running(run)
      const pods = await namespace.pods()
      const name = pods[0]?.metadata.name ?? ''
      await namespace.create('pods/eviction', `${namespace.core}/pods/${name}/eviction`, {
        apiVersion: 'policy/v1',
        kind: 'Eviction',
        metadata: { name, namespace: namespace.name },
      })
      expect(await run.ended).toBeUndefined()
      expect(run.texts()).toEqual([expect.stringMatching(/moved the container away.*started again/u), 'done'])
    })

    test('says whatever bytes it likes', async () => {
      const run = begin({
        arguments: ['printf "a\\0b\\xff\\xfec\\n"; head -c 100000 /dev/zero | tr "\\0" x; echo; echo end'],
      })
      expect(await run.ended).toBeUndefined()
      const [bytes = '', long = '', last] = run.texts()
      expect(bytes).toBe('a\u2400b\ufffd\ufffdc')
      expect(long).toMatch(/^x{10000}x* \[cut\]$/u)
      expect(last).toBe('end')
    })

    test('has the end of a log that is too long', async () => {
      const run = begin(
        { arguments: ['seq 1 20000'] },
        { logLimits: { followedBytes: 20_000, tailBytes: 1000 } },
      )
      expect(await run.ended).toBeUndefined()
      const texts = run.texts()
      expect(texts[0]).toBe('1')
      expect(texts.filter((text) => text.startsWith('['))).toEqual([
        expect.stringMatching(/longer than 0\.02 MiB/u),
      ])
      expect(texts.slice(-2)).toEqual(['19999', '20000'])
      expect(texts.length).toBeLessThan(5000)
    })

    test('reads logs in turn when there are many', async () => {
      const run = begin(
        { count: 6, parallel: 6, cpuMillis: 100, arguments: ['echo $FAIRLEAD_INSTANCE; sleep 3; echo end'] },
        { followedLogs: 1 },
      )
      expect(await run.ended).toBeUndefined()
      for (let number = 0; number < 6; number += 1) expect(run.texts(number)).toEqual([`${number}`, 'end'])
    })

    test('runs on while the API server is away', async () => {
      const proxy = await openCutProxy(kubeconfig)
      try {
        const run = begin(
          { arguments: ['for i in $(seq 1 40); do echo $i; sleep 0.5; done'] },
          { kubeconfig: proxy.kubeconfig },
        )
        await expect.poll(() => run.texts().length, { timeout: 90_000 }).toBeGreaterThan(2)
        await proxy.cut()
        await expect.poll(() => run.waiting.at(-1), { timeout: 30_000 }).toMatch(/cluster is not reached/u)
        // Long enough for the container to end meanwhile.
        await setTimeout(30_000)
        await proxy.mend()
        expect(await run.ended).toBeUndefined()
        expect(run.texts()).toEqual(Array.from({ length: 40 }, (_, i) => `${i + 1}`))
        expect(run.waiting.at(-1)).toBeUndefined()
      } finally {
        await proxy.close()
      }
    })

    test('begins when the API server is back', async () => {
      const proxy = await openCutProxy(kubeconfig)
      try {
        await proxy.cut()
        const run = begin({ arguments: ['echo here'] }, { kubeconfig: proxy.kubeconfig })
        await expect.poll(() => run.waiting.at(-1), { timeout: 30_000 }).toMatch(/cluster is not reached/u)
        await proxy.mend()
        expect(await run.ended).toBeUndefined()
        expect(run.texts()).toEqual(['here'])
      } finally {
        await proxy.close()
      }
    })
  })
} else {
  test.skip(`execution/kubernetes needs a cluster: set ${missing.join(', ')}`, () => undefined)
}
