import { describe, expect, test } from 'vitest'
import { type DeployOptions, deploy } from './deploy.ts'
import type { Kubectl } from './kubectl.ts'
import type { KubernetesObject } from './objects.ts'

const meta = (name: string) => ({ name, namespace: 'fairlead-dev' })
const job: KubernetesObject = { apiVersion: 'batch/v1', kind: 'Job', metadata: meta('migrate') }
const backend: KubernetesObject = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: meta('backend') }
const secret: KubernetesObject = { apiVersion: 'v1', kind: 'Secret', metadata: meta('fairlead-database') }
const namespace: KubernetesObject = {
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: 'fairlead-dev' },
}
const ended = (type: string, message = '') => ({ conditions: [{ type, status: 'True', message }] })
const runs = { observedGeneration: 1, replicas: 1, updatedReplicas: 1, availableReplicas: 1 }

interface Cluster {
  readonly kubectl: Kubectl
  /** What was asked of it, in order. */
  readonly asked: string[]
}

/** An API server in small: `looks` are what it has, one after the other; the last one stays. */
function cluster(
  looks: readonly (readonly KubernetesObject[])[],
  answers: Record<string, string> = {},
): Cluster {
  const asked: string[] = []
  let look = 0
  return {
    asked,
    async kubectl(given, input) {
      const args = given[0] === '--namespace' ? given.slice(2) : given
      const said = args.filter((arg) => !arg.startsWith('-') || arg === '-').join(' ')
      if (said.startsWith('get job,')) return ''
      if (args[0] === 'get' && args.includes('json')) {
        const items = looks[Math.min(look, looks.length - 1)]
        look += 1
        return JSON.stringify({ items })
      }
      const kinds =
        input === undefined ? '' : JSON.parse(input).items.map(({ kind }: KubernetesObject) => kind)
      asked.push(`${said}${input === undefined ? '' : ` ${kinds}`}`)
      return answers[said] ?? ''
    },
  }
}

async function run(
  objects: readonly KubernetesObject[],
  { kubectl }: Cluster,
  options: Partial<DeployOptions> = {},
) {
  const lines: string[] = []
  const say = (line: string) => lines.push(line)
  const overlay = { folder: '/fairlead/k8s/overlays/dev', namespace: 'fairlead-dev', objects }
  await deploy(overlay, { kubectl, timeoutMs: 5_000, say, ...options })
  return lines
}

test('the namespace comes first, the old Job goes before the new one comes, and all is waited for', async () => {
  const api = cluster([
    [],
    [
      { ...job, status: {} },
      { ...backend, status: {} },
    ],
    [
      { ...job, status: ended('Complete') },
      { ...backend, status: runs },
    ],
  ])
  const lines = await run([namespace, secret, job, backend], api)
  expect(api.asked).toEqual([
    'apply - Namespace',
    'delete job migrate',
    'apply - Namespace,Secret,Job,Deployment',
  ])
  expect(lines).toEqual(['job/migrate: done', 'deployment/backend: 1 of 1 ready'])
})

test('a migration may take longer than Kubernetes waits for pods, which wait for it', async () => {
  const late = { type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' }
  const api = cluster([
    [],
    [
      { ...job, status: {} },
      { ...backend, status: { observedGeneration: 1, conditions: [late] } },
    ],
    [
      { ...job, status: ended('Complete') },
      { ...backend, status: runs },
    ],
  ])
  expect(await run([secret, job, backend], api)).toEqual([
    'job/migrate: done',
    'deployment/backend: 1 of 1 ready',
  ])
})

describe('it fails in one line', () => {
  test('when the secrets are not there, before anything is changed', async () => {
    const api = cluster([[]])
    await expect(run([namespace, job], api)).rejects.toThrow(
      'There is no Secret fairlead-database in fairlead-dev; for development make all with npm run secrets -- dev, else see k8s/README.md.',
    )
    expect(api.asked).toEqual(['apply - Namespace', 'get secret fairlead-database name'])
  })

  const pod: KubernetesObject = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'migrate-1', labels: { 'batch.kubernetes.io/job-name': 'migrate' } },
    status: {
      containerStatuses: [
        {
          name: 'migrate',
          image: 'fairlead-backend:2',
          ready: false,
          restartCount: 0,
          state: { terminated: { exitCode: 1, reason: 'Error' } },
        },
      ],
    },
  }
  const failedJob: KubernetesObject = {
    ...job,
    spec: { selector: { matchLabels: { 'batch.kubernetes.io/job-name': 'migrate' } } },
    status: ended('Failed', 'Job has reached the specified backoff limit'),
  }
  const words = 'the database is not migrated: Credits1763700013000 failed: syntax error'

  test.each<[string, KubernetesObject[], string]>([
    ['', [], `The migration failed: ${words}.`],
    [
      ', and says that the old pods serve',
      [{ ...backend, status: runs }],
      `The migration failed: ${words}. What ran before still serves.`,
    ],
  ])('when the migration fails%s', async (_, before, message) => {
    const log = JSON.stringify({ level: 60, msg: words })
    const api = cluster([before, [failedJob, pod]], { 'logs migrate-1': log })
    await expect(run([secret, job], api)).rejects.toMatchObject({ name: 'Refusal', message })
  })

  test('when it takes too long', async () => {
    const api = cluster([[], [{ ...backend, status: { observedGeneration: 1 } }]])
    await expect(run([secret, backend], api, { timeoutMs: 100 })).rejects.toThrow(
      /^Not ready after 0 s: deployment\/backend\.$/,
    )
  })
})
