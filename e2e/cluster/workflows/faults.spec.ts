import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { expect, test } from '../cluster-test.ts'
import { Kubectl } from '../harness/kubectl.ts'
import { haveNoImages } from '../harness/missing-images.ts'
import type { Pod } from '../harness/objects.ts'
import {
  leavesNothing,
  podsOf,
  runningPodsOf,
  type Script,
  type ScriptedJob,
  ScriptedJobs,
} from './scripted-jobs.ts'
import { showsEachLineOnce } from './shows-each-line-once.ts'

interface Fault extends Script {
  /** Those that the job may end with. */
  readonly reason: RegExp
  readonly says: RegExp
}

const bash = (script: string) => ['bash', '-c', script]
/**
 * Of all that the user of containers has on the node. The test cluster sets no podPidsLimit, which operators are told to
 * set: without a bound a container takes minutes to die, of one process after another that is out of memory.
 */
const PROCESSES = 300
/** For a node to end the last process of a container. */
const NODE_MS = 300_000
/** Of its tries, and of the pods that Kubernetes puts in the place of one that was lost. */
const PODS = 3

/** What a container does, and the reason that its job ends with. */
const faults: readonly Fault[] = [
  {
    name: 'writes-logs',
    command: bash('yes "nothing new" | head -c 10G; sleep 300'),
    reason: /^DISK_LIMIT_EXCEEDED$/,
    says: /64 MiB of disk.*logs count together/,
  },
  {
    name: 'forks',
    command: bash(`ulimit -u ${PROCESSES}; f() { f | f & }; f; wait; sleep 300`),
    environment: 'brief',
    // Without end: by what it is ended depends on which of its processes asks for the memory that is too much.
    reason: /^(MEMORY_LIMIT_EXCEEDED|EXECUTION_DURATION_EXCEEDED|CONTAINER_FAILED)$/,
    says: /./,
  },
  {
    name: 'stays-too-long',
    command: bash('trap "" TERM; while :; do sleep 1; done'),
    environment: 'brief',
    reason: /^EXECUTION_DURATION_EXCEEDED$/,
    says: /longer than its 20 s/,
  },
  {
    name: 'fills-its-disk',
    command: bash('head -c 20G /dev/zero >/out/big; sleep 300'),
    reason: /^DISK_LIMIT_EXCEEDED$/,
    says: /64 MiB of disk/,
  },
  {
    name: 'allocates',
    command: ['python3', '-c', 'a = []\nwhile True: a.append(bytearray(1 << 22))'],
    reason: /^MEMORY_LIMIT_EXCEEDED$/,
    says: /64 MiB of memory/,
  },
  {
    name: 'has-no-image',
    command: bash('true'),
    image: `docker.io/fairlead-test/nowhere@sha256:${'0'.repeat(64)}`,
    reason: /^IMAGE_UNAVAILABLE$/,
    says: /fairlead-test\/nowhere@sha256:0+ cannot be pulled/,
  },
  {
    name: 'exits',
    command: bash('echo "no such band"; exit 3'),
    reason: /^CONTAINER_FAILED$/,
    says: /exit code 3\. Its last line: no such band/,
  },
  {
    name: 'leads-out',
    command: bash('ln -s /etc/passwd /out/link'),
    reason: /^OUTPUT_UNUSABLE$/,
    says: /\/out\/link/,
  },
  {
    name: 'writes-no-file',
    command: bash('mkfifo /out/pipe'),
    reason: /^OUTPUT_UNUSABLE$/,
    says: /\/out\/pipe/,
  },
]

test('a container that goes wrong ends its job with its own reason, seen on its page, and leaves nothing', async ({
  page,
  system,
  installation,
  signIn,
}) => {
  test.setTimeout(900_000)
  const letImagesBeAway = await haveNoImages()
  try {
    const jobs = await ScriptedJobs.prepare(system, installation)
    // All side by side: each waits for little but its own end.
    const deleted = await jobs.begin({ name: 'is-deleted', command: bash('exec sleep 1000') })
    const replaced = await jobs.begin({
      name: 'is-replaced',
      command: bash('echo begun; sleep 12; echo done'),
    })
    const begun: { fault: Fault; job: ScriptedJob }[] = []
    for (const fault of faults) begun.push({ fault, job: await jobs.begin(fault) })
    const byHand = Promise.all([deleteUntilFailed(jobs, deleted), deleteOnce(replaced)])
    byHand.catch(() => undefined)

    await signIn('alice', deleted.path)
    for (const { fault, job } of begun) {
      await test.step(`one that ${fault.name.replaceAll('-', ' ')}`, async () => {
        await page.goto(job.path)
        await showsFailure(page, fault)
        // What forks dies as slowly as its share of a processor lets it: it is looked for last.
        if (fault.name !== 'forks') await leavesNothing(job)
      })
    }
    await byHand
    await test.step('one whose pods somebody deletes again and again', async () => {
      await page.goto(deleted.path)
      await showsFailure(page, { reason: /^POD_DELETED$/, says: /Somebody deleted the container/ })
      await expect(page.getByTestId('run-failure')).toContainText('may succeed when it is tried again')
      await leavesNothing(deleted)
    })
    await test.step('one whose pod somebody deletes once', async () => {
      await page.goto(replaced.path)
      await expect(page.getByTestId('job-phase')).toHaveText('COMPLETED', { timeout: 60_000 })
      const log = page.getByRole('log')
      await expect(log).toContainText(/begun.*Somebody deleted the container.*started again.*begun.*done/s)
      await leavesNothing(replaced)
    })
    const containers = new Kubectl(installation.containersNamespace)
    const left = () => containers.json<{ items: unknown[] }>(['get', 'jobs,pods,secrets'])
    await expect.poll(async () => (await left()).items, { timeout: NODE_MS }).toEqual([])
  } finally {
    await letImagesBeAway()
  }
})

test('what runs in a container reaches nothing of the cluster, and is stopped at once', async ({
  page,
  system,
  installation,
  signIn,
}) => {
  test.setTimeout(180_000)
  const cluster = new Kubectl('default')
  const server = await cluster.run([
    'config',
    'view',
    '--minify',
    '-o',
    'jsonpath={.clusters[0].cluster.server}',
  ])
  const service = await cluster.run(['get', 'service', 'kubernetes', '-o', 'jsonpath={.spec.clusterIP}'])
  const secrets = `api/v1/namespaces/${installation.namespace}/secrets`
  const refused = {
    'api server': `${server}/${secrets}`,
    'api service': `https://${service}/${secrets}`,
    'pods of its own': `https://${service}/api/v1/namespaces/${installation.containersNamespace}/pods`,
    kubelet: `https://${new URL(server).hostname}:10250/pods`,
  }
  const away = {
    metadata: 'http://169.254.169.254/latest/meta-data/',
    'metadata token': 'http://169.254.169.254/computeMetadata/v1/instance/service-accounts/default/token',
    outside: 'http://192.0.2.1/',
    'a name': 'http://example.org/',
  }
  const script = await readFile(join(import.meta.dirname, 'reach-out.py'), 'utf8')
  const targets = Object.entries({ ...refused, ...away }).map(([name, url]) => `${name}=${url}`)
  const jobs = await ScriptedJobs.prepare(system, installation)
  const job = await jobs.begin({ name: 'reaches-out', command: ['python3', '-c', script, ...targets] })
  await signIn('alice', job.path)
  const log = page.getByRole('log')
  await expect(log).toContainText('token: none.', { timeout: 120_000 })
  for (const name of Object.keys(refused)) await expect(log).toContainText(new RegExp(`${name}: 40[13]\\.`))
  for (const name of Object.keys(away)) await expect(log).toContainText(`${name}: nothing`)

  interface Fenced extends Pod {
    readonly spec: Pod['spec'] & {
      readonly automountServiceAccountToken?: boolean
      readonly serviceAccountName: string
      readonly initContainers: readonly { readonly name: string; readonly volumeMounts?: unknown }[]
    }
  }
  const [pod] = await podsOf<Fenced>(job)
  expect(pod?.spec.automountServiceAccountToken).toBe(false)
  const mounts = JSON.stringify(
    pod?.spec.initContainers.find(({ name }) => name === 'algorithm')?.volumeMounts,
  )
  expect(mounts).not.toContain('token')
  expect(mounts).not.toContain('serviceaccount')

  // Whoever had a token of its account could do nothing with it.
  const account = `system:serviceaccount:${installation.containersNamespace}:${pod?.spec.serviceAccountName}`
  const deeds = [
    'list secrets',
    'list pods',
    'create pods',
    'create jobs.batch',
    'list nodes',
    'get pods/log',
  ]
  for (const deed of deeds) {
    // It says no by how it ends.
    const asked = job.containers.run(['auth', 'can-i', ...deed.split(' '), '--as', account])
    await expect(asked, deed).rejects.toThrow(/can-i .* ended with 1: (Warning: .*)?$/)
  }

  // The test cluster enforces no policies: that one that allows nothing selects the pod is what can be shown.
  interface Policy {
    readonly spec: {
      readonly podSelector: { readonly matchLabels?: Readonly<Record<string, string>> }
      readonly policyTypes: readonly string[]
      readonly egress?: unknown[]
      readonly ingress?: unknown[]
    }
  }
  const policies = await job.containers.list<Policy>('networkpolicies')
  const closed = policies.filter(({ spec }) => spec.egress === undefined && spec.ingress === undefined)
  const selecting = closed.filter(({ spec }) =>
    Object.entries(spec.podSelector.matchLabels ?? {}).every(
      ([label, value]) => pod?.metadata.labels?.[label] === value,
    ),
  )
  expect(selecting.flatMap(({ spec }) => spec.policyTypes)).toEqual(
    expect.arrayContaining(['Ingress', 'Egress']),
  )

  await jobs.cancel(job)
  await expect(page.getByTestId('job-phase')).toHaveText('ABORTED')
  await leavesNothing(job)
})

test('a worker that is killed leaves its containers to the next, which repeats nothing', async ({
  page,
  system,
  installation,
  signIn,
}) => {
  test.setTimeout(300_000)
  const jobs = await ScriptedJobs.prepare(system, installation)
  const LINES = 30
  const script = `for i in $(seq ${LINES}); do echo "line $i."; sleep 1; done; echo done >/out/once.txt`
  const job = await jobs.begin({ name: 'outlives-its-worker', command: bash(script) })
  await signIn('alice', job.path)
  await expect(page.getByRole('log')).toContainText('line 3.', { timeout: 120_000 })
  const [first] = await podsOf(job)

  const workers = new Kubectl(installation.namespace)
  const selector = 'app.kubernetes.io/component=worker'
  await workers.run(['delete', 'pods', '-l', selector, '--force', '--grace-period=0'])
  const seen = new Set<string>()
  await expect
    .poll(
      async () => {
        for (const { metadata } of await podsOf(job)) seen.add(metadata.uid)
        return await jobs.phase(job)
      },
      { timeout: 200_000 },
    )
    .toBe('PHASE_COMPLETED')
  expect([...seen]).toEqual([first?.metadata.uid])
  await expect(page.getByTestId('job-phase')).toHaveText('COMPLETED')
  await showsEachLineOnce(page, LINES)
  await leavesNothing(job)
})

async function showsFailure(page: Page, { reason, says }: Pick<Fault, 'reason' | 'says'>): Promise<void> {
  const failure = page.getByTestId('run-failure')
  await expect(failure.getByText(reason)).toBeVisible({ timeout: 240_000 })
  await expect(failure).toContainText(says)
  await expect(page.getByTestId('job-phase')).toHaveText('ERROR')
}

/** The pods of its first try until that is given up; then what is the same with less waiting, the Job of each other. */
async function deleteUntilFailed(jobs: ScriptedJobs, job: ScriptedJob): Promise<void> {
  const gone = new Set<string>()
  await expect(async () => {
    for (const { metadata } of await runningPodsOf(job)) {
      if (gone.has(metadata.uid)) continue
      const what = gone.size < PODS ? `pod/${metadata.name}` : `job/${metadata.labels?.['job-name']}`
      await job.containers.run(['delete', what, '--grace-period=1', '--wait=false', '--ignore-not-found'])
      gone.add(metadata.uid)
    }
    expect(await jobs.phase(job)).toBe('PHASE_ERROR')
  }).toPass({ timeout: 300_000 })
}

async function deleteOnce(job: ScriptedJob): Promise<void> {
  await expect.poll(async () => (await runningPodsOf(job)).length, { timeout: 200_000 }).toBe(1)
  const [pod] = await runningPodsOf(job)
  await job.containers.run(['delete', `pod/${pod?.metadata.name}`, '--grace-period=1', '--wait=false'])
}
