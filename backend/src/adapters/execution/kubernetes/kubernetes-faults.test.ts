import { setTimeout } from 'node:timers/promises'
import { describe, type ExpectStatic } from 'vitest'
import type { KubernetesOptions } from './kubernetes-containers.ts'
import { objectName } from './object-names.ts'
import { clusterSettings, missingClusterSettings } from './testing/cluster-settings.ts'
import { test } from './testing/container-test.ts'
import { openCutProxy } from './testing/cut-proxy.ts'
import type { TestNamespace } from './testing/test-namespace.ts'
import type { TestOrder, TestRun } from './testing/test-run.ts'

const missing = missingClusterSettings()
const MIB = 2 ** 20
const noRoom = { roomMs: 3000 }

if (missing.length === 0) {
  describe.concurrent('containers that go wrong', { timeout: 180_000 }, () => {
    const { kubeconfig } = clusterSettings()

    // Not for room: the cluster may be busy with others.
    const soon = { imageMs: 3000, startMs: 3000 }
    const faults: readonly {
      name: string
      order: Partial<TestOrder>
      patience?: KubernetesOptions['patience']
      reason: RegExp
      message: RegExp
    }[] = [
      {
        name: 'exits 3',
        order: { arguments: ['echo "no such band"; exit 3'] },
        reason: /^CONTAINER_FAILED$/u,
        message: /exit code 3\. Its last line: no such band$/u,
      },
      {
        name: 'allocates without end',
        order: { command: ['node', '-e'], arguments: ['a=[];for(;;)a.push(Buffer.alloc(1<<20,1))'] },
        reason: /^MEMORY_LIMIT_EXCEEDED$/u,
        message: /64 MiB of memory/u,
      },
      {
        name: 'fills its disk',
        order: { arguments: ['head -c 200M /dev/zero >/out/big; sleep 100'] },
        reason: /^DISK_LIMIT_EXCEEDED$/u,
        message: /64 MiB of disk/u,
      },
      {
        name: 'writes to its log without end',
        order: { arguments: ['yes "nothing new" | head -c 10G; sleep 100'] },
        reason: /^DISK_LIMIT_EXCEEDED$/u,
        message: /logs count together/u,
      },
      {
        name: 'runs for too long, and ignores that it should end',
        order: { arguments: ['trap "" TERM; for ((;;)); do sleep 1; done'], containerTimeoutMs: 12_000 },
        reason: /^EXECUTION_DURATION_EXCEEDED$/u,
        message: /longer than its 12 s/u,
      },
      {
        name: 'leads out of its folder',
        order: { arguments: ['ln -s /etc/passwd /out/passwd'] },
        reason: /^OUTPUT_UNUSABLE$/u,
        message: /passwd/u,
      },
      {
        name: 'has no such command',
        order: { command: ['/no/such/command'], arguments: [] },
        reason: /^CONTAINER_NOT_STARTED$/u,
        message: /\/no\/such\/command.*no such file/u,
      },
      {
        name: 'has an image that is nowhere',
        order: { image: `registry.invalid/nothing@sha256:${'0'.repeat(64)}` },
        reason: /^IMAGE_UNAVAILABLE$/u,
        message: /registry\.invalid\/nothing/u,
      },
      {
        name: 'fits no machine',
        order: { cpuMillis: 10_000_000 },
        patience: noRoom,
        reason: /^UNSCHEDULABLE$/u,
        message: /Insufficient cpu/u,
      },
    ]
    test.for(faults)(
      'one that $name ends with its own reason',
      async ({ order, patience = soon, reason, message }, { expect, namespace, open, begin }) => {
        const run = begin(open({ patience }), order)
        expect(await run.ended).toMatchObject({
          reason: expect.stringMatching(reason),
          message: expect.stringMatching(message),
        })
        expect(run.states().at(-1)).toBe('FAILED')
        expect(await namespace.count(run.order.key)).toBe(0)
      },
    )

    test('ends when its time is over, though its node does not end it', async ({ expect, open, begin }) => {
      // The node would wait for an hour.
      const hourMs = 3_600_000
      const containers = open({ patience: { overtimeMs: 5000 - hourMs } })
      const run = begin(containers, { arguments: ['sleep 1000'], containerTimeoutMs: hourMs })
      expect(await run.ended).toMatchObject({ reason: 'EXECUTION_DURATION_EXCEEDED' })
    })

    test('has no token, and the API server tells it nothing', async ({ expect, namespace, open, begin }) => {
      const server = namespace.api.address
      const run = begin(open(), {
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

    test('is replaced when somebody deletes its pod, but not for ever', async ({
      expect,
      namespace,
      open,
      begin,
    }) => {
      const run = begin(open(), { arguments: ['sleep 1000'] })
      for (const uid of [undefined, 1, 2]) {
        await expect
          .poll(() => run.states().filter((state) => state === 'RUNNING').length, { timeout: 90_000 })
          .toBe(Number(uid ?? 0) + 1)
        await deletePod(namespace, run)
      }
      expect(await run.ended).toMatchObject({ reason: 'POD_DELETED', transient: true })
      expect(run.states().filter((state) => state === 'WAITING')).toHaveLength(2)
      expect(await namespace.count(run.order.key)).toBe(0)
    })

    test('ends when somebody deletes its Job', async ({ expect, namespace, open, begin }) => {
      const run = begin(open(), { arguments: ['sleep 1000'] })
      await running(expect, run)
      const path = `/apis/batch/v1/namespaces/${namespace.name}/jobs/${objectName(run.order.key)}`
      const query = { propagationPolicy: 'Background' }
      await namespace.api.json({ verb: 'delete', resource: 'jobs', path, query })
      expect(await run.ended).toMatchObject({ reason: 'POD_DELETED', transient: true })
      expect(await namespace.count(run.order.key)).toBe(0)
    })

    test('is moved when its pod is evicted', async ({ expect, namespace, open, begin }) => {
      const run = begin(open(), { arguments: ['sleep 20; echo done'] })
      await running(expect, run)
      const [pod] = await namespace.pods(run.order.key)
      const name = pod?.metadata.name ?? ''
      await namespace.create('pods/eviction', `${namespace.core}/pods/${name}/eviction`, {
        apiVersion: 'policy/v1',
        kind: 'Eviction',
        metadata: { name, namespace: namespace.name },
      })
      expect(await run.ended).toBeUndefined()
      expect(run.texts()).toEqual([expect.stringMatching(/moved the container away.*started again/u), 'done'])
    })

    test('says whatever bytes it likes', async ({ expect, open, begin }) => {
      const run = begin(open(), {
        arguments: ['printf "a\\0b\\xff\\xfec\\n"; head -c 100000 /dev/zero | tr "\\0" x; echo; echo end'],
      })
      expect(await run.ended).toBeUndefined()
      const [bytes = '', long = '', last] = run.texts()
      expect(bytes).toBe('a\u2400b\ufffd\ufffdc')
      expect(long).toMatch(/^x{10000}x* \[cut\]$/u)
      expect(last).toBe('end')
    })

    test('has the end of a log that is too long', async ({ expect, open, begin }) => {
      const run = begin(open({ logLimits: { followedBytes: 20_000, tailBytes: 1000 } }), {
        // A runtime may drop what a container leaves in its pipe as it ends.
        arguments: ['seq 1 20000; sleep 2'],
      })
      expect(await run.ended).toBeUndefined()
      const texts = run.texts()
      expect(texts[0]).toBe('1')
      expect(texts.filter((text) => text.startsWith('['))).toEqual([
        expect.stringMatching(/longer than 0\.02 MiB/u),
      ])
      expect(texts.slice(-2)).toEqual(['19999', '20000'])
      expect(texts.length).toBeLessThan(5000)
    })

    test('reads logs in turn when there are many', async ({ expect, open, begin }) => {
      const run = begin(open({ followedLogs: 1 }), {
        count: 6,
        parallel: 6,
        arguments: ['echo $FAIRLEAD_INSTANCE; sleep 3; echo end'],
      })
      expect(await run.ended).toBeUndefined()
      for (let number = 0; number < 6; number += 1) expect(run.texts(number)).toEqual([`${number}`, 'end'])
    })

    test('runs on while the API server is away', async ({ expect, open, begin }) => {
      const proxy = await openCutProxy(kubeconfig)
      try {
        const run = begin(open({ kubeconfig: proxy.kubeconfig }), {
          arguments: ['for i in $(seq 1 40); do echo $i; sleep 0.5; done'],
        })
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

    test('begins when the API server is back', async ({ expect, open, begin }) => {
      const proxy = await openCutProxy(kubeconfig)
      try {
        await proxy.cut()
        const run = begin(open({ kubeconfig: proxy.kubeconfig }), { arguments: ['echo here'] })
        await expect.poll(() => run.waiting.at(-1), { timeout: 30_000 }).toMatch(/cluster is not reached/u)
        await proxy.mend()
        expect(await run.ended).toBeUndefined()
        expect(run.texts()).toEqual(['here'])
      } finally {
        await proxy.close()
      }
    })
  })

  // One after the other: what they make is of the whole namespace.
  // Alone: the machine is busy with its processes.
  test('one that forks without end ends with its own reason', async ({ expect, namespace, open, begin }) => {
    const run = begin(open(), {
      // As podPidsLimit of the node would bound it.
      arguments: ['ulimit -u 300; f() { f | f & }; f; wait; sleep 100'],
      containerTimeoutMs: 20_000,
    })
    expect(await run.ended).toMatchObject({
      reason: expect.stringMatching(
        /^(MEMORY_LIMIT_EXCEEDED|EXECUTION_DURATION_EXCEEDED|CONTAINER_FAILED)$/u,
      ),
    })
    expect(run.states().at(-1)).toBe('FAILED')
    expect(await namespace.count(run.order.key)).toBe(0)
  }, 300_000)

  describe('what a namespace does not let in', { timeout: 180_000 }, () => {
    test('waits for its quota, and gives it up', async ({ expect, namespace, open, begin }) => {
      const path = `${namespace.core}/resourcequotas`
      const quota = { metadata: { name: 'none' }, spec: { hard: { pods: '0' } } }
      await namespace.create('resourcequotas', path, { apiVersion: 'v1', kind: 'ResourceQuota', ...quota })
      try {
        const run = begin(open({ patience: noRoom }))
        expect(await run.ended).toMatchObject({ reason: 'QUOTA_EXCEEDED' })
        expect(run.waiting[0]).toMatch(/quota: exceeded quota: none/u)
      } finally {
        await namespace.api.json({ verb: 'delete', resource: 'resourcequotas', path: `${path}/none` })
      }
    })

    test('is told that the cluster does not admit it', async ({ expect, namespace, open, begin }) => {
      const path = `${namespace.core}/limitranges`
      const range = {
        metadata: { name: 'small' },
        spec: { limits: [{ type: 'Container', max: { cpu: '10m' } }] },
      }
      await namespace.create('limitranges', path, { apiVersion: 'v1', kind: 'LimitRange', ...range })
      try {
        const error = await begin(open()).ended
        expect(error).toMatchObject({
          reason: 'NOT_ADMITTED',
          message: expect.stringMatching(/maximum cpu/u),
        })
      } finally {
        await namespace.api.json({ verb: 'delete', resource: 'limitranges', path: `${path}/small` })
      }
    })
  })
} else {
  test.skip(`execution/kubernetes needs a cluster: set ${missing.join(', ')}`, () => undefined)
}

const running = (expect: ExpectStatic, run: TestRun) =>
  expect.poll(() => run.states(), { timeout: 90_000 }).toContain('RUNNING')

async function deletePod(namespace: TestNamespace, run: TestRun): Promise<void> {
  const [pod] = await namespace.pods(run.order.key)
  const path = `${namespace.core}/pods/${pod?.metadata.name}`
  await namespace.api.json({ verb: 'delete', resource: 'pods', path })
}
