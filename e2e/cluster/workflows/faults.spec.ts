import { type Api, apiAs } from '../../support/api.ts'
import { expect, test } from '../cluster-test.ts'
import { referenceByDigest } from '../harness/digest-reference.ts'
import { buildImages, exampleImage } from '../harness/images.ts'
import { clusterTool } from '../harness/installation.ts'
import { Kubectl } from '../harness/kubectl.ts'

const organization = 'survey-institute'

/** What a container does, and the reason that its job ends with. */
const faults = [
  { name: 'exits', script: 'echo "no such band"; exit 3', reason: 'CONTAINER_FAILED', says: 'no such band' },
  {
    name: 'allocates',
    script: `python3 -c 'a = []\nwhile True: a.append(bytearray(1 << 22))'`,
    reason: 'MEMORY_LIMIT_EXCEEDED',
    says: 'of memory',
  },
  {
    name: 'fills',
    script: 'head -c 20G /dev/zero >/out/big; sleep 300',
    reason: 'DISK_LIMIT_EXCEEDED',
    says: 'of disk',
  },
  { name: 'leads-out', script: 'ln -s /etc/passwd /out/link', reason: 'OUTPUT_UNUSABLE', says: '/out/link' },
  { name: 'writes-no-file', script: 'mkfifo /out/pipe', reason: 'OUTPUT_UNUSABLE', says: '/out/pipe' },
] as const

interface Failed {
  readonly phase: string
  readonly error?: { readonly reason: string; readonly message: string }
}

/** Registered by a member and approved by the operator: what a shell is told. Answers its reference. */
async function publish(member: Api, operator: Api, image: string, name: string, script: string) {
  const manifest = JSON.stringify({
    kind: 'Algorithm',
    name,
    displayName: `One that ${name}`,
    image,
    command: ['sh', '-c', script],
    environment: 'small',
  })
  const algorithm = await member.post<{ name: string; reference: string }>(
    `organizations/${organization}/algorithms`,
    { manifest },
  )
  await operator.post('algorithms:review', { name: algorithm.name, decision: 'ALGORITHM_STATE_APPROVED' })
  return algorithm.reference
}

async function pythonImage(): Promise<string> {
  const image = await exampleImage('tiles')
  await buildImages(await clusterTool(), [image], console.log)
  return referenceByDigest(`${image.newName}:${image.newTag}`)
}

test('a container that goes wrong ends its job with its own reason, and leaves nothing', async ({
  page,
  system,
  installation,
  signIn,
}) => {
  test.setTimeout(420_000)
  const image = await pythonImage()
  const member = await apiAs(system, 'alice', organization)
  const operator = await apiAs(system, 'olivia', organization)
  const jobs: { name: string; reason: string; says: string }[] = []
  for (const { name, script, reason, says } of faults) {
    const reference = await publish(member, operator, image, `fault-${name}`, script)
    const job = await member.createJob([['ALGORITHM', reference]], { service: 'workflow' })
    jobs.push({ name: job.name, reason, says })
  }
  await signIn('alice', `/o/${organization}/jobs`)
  for (const { name, reason, says } of jobs) {
    await expect
      .poll(async () => (await member.get<Failed>(name)).phase, { timeout: 240_000 })
      .toBe('PHASE_ERROR')
    expect((await member.get<Failed>(name)).error).toMatchObject({
      reason,
      message: expect.stringContaining(says),
    })
    await page.goto(`/o/${organization}/jobs/${name.split('/').at(-1)}`)
    await expect(page.getByText(reason, { exact: true }).first()).toBeVisible()
  }
  const containers = new Kubectl(installation.containersNamespace)
  await expect
    .poll(async () => (await containers.json<{ items: unknown[] }>(['get', 'jobs,pods,secrets'])).items)
    .toEqual([])
})

test('what runs in a container reaches nothing of the cluster, and is stopped at once', async ({
  system,
  installation,
}) => {
  test.setTimeout(300_000)
  const member = await apiAs(system, 'alice', organization)
  const operator = await apiAs(system, 'olivia', organization)
  const script = [
    'trap "" TERM',
    'ls -d /var/run/secrets /var/run/fairlead; env | grep -c KUBERNETES_SERVICE_ACCOUNT; echo ready',
    'while true; do sleep 1; done',
  ].join('\n')
  const reference = await publish(member, operator, await pythonImage(), 'fault-stays', script)
  const job = await member.createJob([['ALGORITHM', reference]], { service: 'workflow' })

  const containers = new Kubectl(installation.containersNamespace)
  interface Pod {
    readonly metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> }
    readonly spec: {
      readonly automountServiceAccountToken?: boolean
      readonly initContainers: readonly { readonly name: string; readonly volumeMounts?: unknown }[]
    }
    readonly status: {
      readonly initContainerStatuses?: readonly { name: string; state: { running?: unknown } }[]
    }
  }
  const running = async () => {
    const pods = await containers.list<Pod>('pods')
    return pods.filter(({ status }) =>
      status.initContainerStatuses?.some(({ name, state }) => name === 'algorithm' && 'running' in state),
    )
  }
  await expect.poll(async () => (await running()).length, { timeout: 120_000 }).toBe(1)
  const [pod] = await running()
  expect(pod?.spec.automountServiceAccountToken).toBe(false)
  const mounts = JSON.stringify(
    pod?.spec.initContainers.find(({ name }) => name === 'algorithm')?.volumeMounts,
  )
  expect(mounts).not.toContain('token')
  expect(mounts).not.toContain('serviceaccount')

  // The test cluster enforces no policies: that one that allows nothing selects the pod is what can be shown.
  interface Policy {
    readonly metadata: { readonly name: string }
    readonly spec: {
      readonly podSelector: { readonly matchLabels?: Readonly<Record<string, string>> }
      readonly policyTypes: readonly string[]
      readonly egress?: unknown[]
      readonly ingress?: unknown[]
    }
  }
  const policies = await containers.list<Policy>('networkpolicies')
  const closed = policies.filter(({ spec }) => spec.egress === undefined && spec.ingress === undefined)
  const selecting = closed.filter(({ spec }) =>
    Object.entries(spec.podSelector.matchLabels ?? {}).every(
      ([label, value]) => pod?.metadata.labels[label] === value,
    ),
  )
  expect(selecting.flatMap(({ spec }) => spec.policyTypes)).toEqual(
    expect.arrayContaining(['Ingress', 'Egress']),
  )

  await member.post(`${job.name}:cancel`, { name: job.name })
  await expect
    .poll(async () => (await containers.json<{ items: unknown[] }>(['get', 'jobs,pods,secrets'])).items, {
      timeout: 30_000,
    })
    .toEqual([])
})

test('a worker that is killed leaves its containers to the next, which repeats nothing', async ({
  system,
  installation,
}) => {
  test.setTimeout(300_000)
  const member = await apiAs(system, 'alice', organization)
  const operator = await apiAs(system, 'olivia', organization)
  const script = 'for i in $(seq 1 40); do echo "line $i"; sleep 1; done; echo done >/out/once.txt'
  const reference = await publish(member, operator, await pythonImage(), 'fault-long', script)
  const job = await member.createJob([['ALGORITHM', reference]], { service: 'workflow' })
  const containers = new Kubectl(installation.containersNamespace)
  const uids = async () =>
    (await containers.list<{ metadata: { uid: string } }>('pods')).map(({ metadata }) => metadata.uid)
  await expect.poll(async () => (await uids()).length, { timeout: 120_000 }).toBe(1)
  const [first] = await uids()

  const workers = new Kubectl(installation.namespace)
  const selector = 'app.kubernetes.io/component=worker'
  await workers.run(['delete', 'pods', '-l', selector, '--force', '--grace-period=0'])
  const seen = new Set([first])
  await expect
    .poll(
      async () => {
        for (const uid of await uids()) seen.add(uid)
        return (await member.get<Failed>(job.name)).phase
      },
      { timeout: 200_000 },
    )
    .toBe('PHASE_COMPLETED')
  expect([...seen]).toEqual([first])
  await expect
    .poll(async () => (await containers.json<{ items: unknown[] }>(['get', 'jobs,pods,secrets'])).items)
    .toEqual([])
})
