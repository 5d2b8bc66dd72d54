import { readFile } from 'node:fs/promises'
import { apiAs, type Job } from '../../support/api.ts'
import { expect, test } from '../cluster-test.ts'
import { Kubectl } from '../harness/kubectl.ts'
import { publishTiles } from './tiles.ts'

const organization = 'survey-institute'

interface FinishedJob extends Job {
  readonly charge?: { readonly atMost?: string; readonly held?: string; readonly captured?: string }
  readonly results?: readonly {
    readonly name: string
    readonly fileName: string
    readonly sizeBytes: string
    readonly scanState: string
  }[]
}
interface Run {
  readonly steps: readonly {
    readonly name: string
    readonly state: string
    readonly containers?: { readonly total: number; readonly completed: number }
    readonly use?: { readonly containerSeconds?: number }
  }[]
}

test('three steps of a member’s own algorithms run next to the data, and are seen live', async ({
  page,
  system,
  installation,
  signIn,
}) => {
  test.setTimeout(420_000)
  const workflow = await publishTiles(system, organization)
  const api = await apiAs(system, 'alice', organization)
  const containers = new Kubectl(installation.containersNamespace)

  await signIn(
    'alice',
    `/o/${organization}/submit?${new URLSearchParams({
      service: 'workflow',
      WORKFLOW: workflow,
      INPUT: 'image=dataset:survey-tile-1',
    })}`,
  )
  await page.getByRole('button', { name: 'Run', exact: true }).click()
  await expect(page).toHaveURL(/\/jobs\/[0-9a-f-]{36}$/)
  const id = page.url().split('/').at(-1) ?? ''
  const name = `organizations/${organization}/jobs/${id}`

  const step = (which: string, state: string) => page.getByLabel(new RegExp(`^Step ${which}, .*${state}`))
  await expect(step('collect', 'Blocked')).toBeVisible()
  await expect(step('stage', 'Completed')).toBeVisible({ timeout: 120_000 })
  await expect(page.getByRole('log')).toContainText('tile 0, 0:', { timeout: 30_000 })
  await expect(step('measure', '4 containers')).toBeVisible({ timeout: 120_000 })
  await expect(step('collect', 'Completed')).toBeVisible({ timeout: 120_000 })
  await expect(page.getByTestId('job-phase')).toHaveText('COMPLETED', { timeout: 30_000 })
  await expect(page.getByRole('log')).toContainText('tile-01-01.fits:')

  const { steps } = await api.get<Run>(`${name}/run`)
  expect(steps.map((one) => one.state)).toEqual(Array.from({ length: 3 }, () => 'STEP_STATE_COMPLETED'))
  expect(steps.find((one) => one.name === 'measure')?.containers).toMatchObject({ total: 4, completed: 4 })

  const job = await api.get<FinishedJob>(name)
  const { results = [] } = job
  expect(new Set(results.map(({ scanState }) => scanState))).toEqual(new Set(['SCAN_STATE_CLEAN']))
  const table = results.find(({ fileName }) => fileName.endsWith('.csv'))
  expect(table, JSON.stringify(results)).toBeDefined()
  const download = page.waitForEvent('download')
  await page
    .getByRole('link', { name: `Download ${table?.fileName}` })
    .or(page.getByRole('button', { name: `Download ${table?.fileName}` }))
    .first()
    .click()
  const rows = (await readFile(await (await download).path(), 'utf8')).trim().split('\n')
  expect(rows).toHaveLength(1 + 4)

  const { captured = '0', atMost = '0', held = '0' } = job.charge ?? {}
  expect(BigInt(captured)).toBeGreaterThan(0n)
  expect(BigInt(captured)).toBeLessThan(BigInt(atMost))
  expect(BigInt(held)).toBe(0n)

  // Nothing of the run is left in the cluster.
  const left = ['get', 'jobs,pods,secrets', '--selector', `fairlead.dev/job=${id}`]
  await expect.poll(async () => (await containers.json<{ items: unknown[] }>(left)).items.length).toBe(0)
})

test('workers have rights in the namespace of containers alone, and whatever runs there is cut off', async ({
  installation,
}) => {
  const worker = `system:serviceaccount:${installation.namespace}:worker`
  const may = async (namespace: string, verb: string, resource: string, as = worker) => {
    const answer = await new Kubectl(namespace)
      .run(['auth', 'can-i', verb, resource, '--as', as])
      .catch((error: Error) => error.message)
    return /^yes/m.test(answer)
  }
  const theirs = installation.containersNamespace
  expect(await may(theirs, 'create', 'jobs.batch')).toBe(true)
  expect(await may(theirs, 'create', 'pods')).toBe(false)
  expect(await may(theirs, 'get', 'secrets')).toBe(false)
  expect(await may(theirs, 'create', 'pods/exec')).toBe(false)
  expect(await may(installation.namespace, 'list', 'secrets')).toBe(false)
  expect(await may(installation.namespace, 'create', 'jobs.batch')).toBe(false)
  expect(await may('kube-system', 'list', 'pods')).toBe(false)
  const none = `system:serviceaccount:${theirs}:default`
  expect(await may(theirs, 'list', 'pods', none)).toBe(false)

  interface Policy {
    readonly metadata: { readonly name: string }
    readonly spec: {
      readonly podSelector: object
      readonly policyTypes: string[]
      readonly egress?: unknown[]
    }
  }
  const policies = await new Kubectl(theirs).list<Policy>('networkpolicies')
  expect(policies.find(({ metadata }) => metadata.name === 'default-deny')?.spec).toEqual({
    podSelector: {},
    policyTypes: ['Ingress', 'Egress'],
  })
  interface Namespace {
    readonly metadata: { readonly labels: Readonly<Record<string, string>> }
  }
  const { metadata } = await new Kubectl('default').json<Namespace>(['get', 'namespace', theirs])
  expect(metadata.labels['pod-security.kubernetes.io/enforce']).toBe('restricted')
})
