import { randomUUID } from 'node:crypto'
import { expect, test } from '../cluster-test.ts'
import type { Installation } from '../harness/installation.ts'
import { COMPONENT } from '../harness/kubectl.ts'
import type { ContainerStatus, Pod } from '../harness/objects.ts'
import { secret } from './database.ts'

interface SecretKey {
  readonly name: string
  readonly key: string
  readonly optional?: boolean
}

interface Variable {
  readonly name: string
  readonly value?: string
  readonly valueFrom?: { readonly secretKeyRef: SecretKey }
}

interface Container {
  readonly name: string
  readonly env?: readonly Variable[]
}

interface Deployment {
  readonly metadata: { readonly name: string }
  readonly spec: {
    readonly template: {
      readonly metadata: { readonly labels: Readonly<Record<string, string>> }
      readonly spec: {
        readonly containers: readonly Container[]
        readonly initContainers?: readonly Container[]
      }
    }
  }
}

interface Fault {
  readonly what: string
  readonly deployment: 'backend' | 'worker' | 'frontend'
  /** In place of those of that name, in all containers. */
  readonly variables: (
    installation: Installation,
    made: (name: string) => void,
  ) => Promise<readonly Variable[]>
  /** The container that says it. */
  readonly container: string
  /** What the line has to name: the setting, and where it is wrong. */
  readonly says: RegExp
}

const absent = (name: string): Variable => ({
  name,
  valueFrom: { secretKeyRef: { name: 'not-there', key: 'value', optional: true } },
})

const faults: readonly Fault[] = [
  {
    what: 'the secret of the signing keys is missing',
    deployment: 'backend',
    variables: async () => [absent('FAIRLEAD_SECRET')],
    container: 'backend',
    says: /FAIRLEAD_SECRET/,
  },
  {
    what: 'the secret of the signing keys is missing',
    deployment: 'worker',
    variables: async () => [absent('FAIRLEAD_SECRET')],
    container: 'worker',
    says: /FAIRLEAD_SECRET/,
  },
  {
    what: 'the secret of the object store is missing',
    deployment: 'backend',
    variables: async () => [absent('S3_SECRET_ACCESS_KEY')],
    container: 'backend',
    says: /S3_SECRET_ACCESS_KEY/,
  },
  {
    what: 'the secret of the database is missing',
    deployment: 'backend',
    variables: async () => [absent('FAIRLEAD_DATABASE_URL')],
    container: 'schema',
    says: /FAIRLEAD_DATABASE_URL/,
  },
  {
    what: 'the secret of the message bus is missing',
    deployment: 'frontend',
    variables: async () => [absent('AMQP_URL')],
    container: 'frontend',
    says: /AMQP_URL/,
  },
  {
    what: 'the password of the database is wrong',
    deployment: 'backend',
    variables: (installation, made) => wrongPassword(installation, made),
    container: 'schema',
    says: /FAIRLEAD_DATABASE_URL.*(password|authentication)|(password|authentication).*FAIRLEAD_DATABASE_URL/i,
  },
  {
    what: 'the password of the database is wrong',
    deployment: 'worker',
    variables: (installation, made) => wrongPassword(installation, made),
    container: 'schema',
    says: /FAIRLEAD_DATABASE_URL.*(password|authentication)|(password|authentication).*FAIRLEAD_DATABASE_URL/i,
  },
  {
    what: 'the issuer cannot be reached',
    deployment: 'backend',
    variables: async () => [
      { name: 'FAIRLEAD_OIDC_DISCOVERY_URL', value: 'http://keycloak:9/.well-known/openid-configuration' },
    ],
    container: 'backend',
    says: /FAIRLEAD_OIDC_(DISCOVERY_URL|ISSUER)/,
  },
]

for (const fault of faults)
  test(`${fault.deployment}: ${fault.what}: not ready, and one line says what to set`, async ({
    installation,
  }) => {
    test.setTimeout(420_000)
    const { kubectl } = installation
    const name = `${fault.deployment}-${randomUUID().slice(0, 8)}`
    const secrets: string[] = []
    const variables = await fault.variables(installation, (one) => secrets.push(one))
    const original = await kubectl.json<Deployment>(['get', 'deployment', fault.deployment])
    await kubectl.run(['apply', '--filename', '-'], {
      input: JSON.stringify(copyOf(original, name, variables)),
    })
    try {
      const pod = async () => (await kubectl.list<Pod>('pods', name))[0]
      await expect
        .poll(async () => said(installation, await pod(), fault.container), {
          timeout: 180_000,
          message: 'it says something',
        })
        .not.toEqual([])
      // Long enough for it to have said more, or to have become ready.
      await expect
        .poll(async () => turns(await pod(), fault.container), {
          timeout: 120_000,
          message: 'it had its turns',
        })
        .toBe(true)
      // Between two runs there is nothing to be read.
      await expect
        .poll(async () => said(installation, await pod(), fault.container), { message: 'what it says' })
        .toEqual([expect.stringMatching(fault.says)])
      const conditions = (await pod())?.status.conditions ?? []
      expect(conditions.find(({ type }) => type === 'Ready')?.status).toBe('False')
    } finally {
      await kubectl.run(['delete', 'deployment', name, '--wait=false'])
      for (const one of secrets) await kubectl.run(['delete', 'secret', one])
    }
  })

/** Beside the original, and reached by none of its Services. */
function copyOf(original: Deployment, name: string, variables: readonly Variable[]): object {
  const { template } = original.spec
  const labels = { ...template.metadata.labels, [COMPONENT]: name }
  const changed = (containers: readonly Container[]) =>
    containers.map((container) => ({
      ...container,
      env: [
        ...(container.env ?? []).filter((one) => variables.every((other) => other.name !== one.name)),
        ...variables,
      ],
    }))
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, labels },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          ...template.spec,
          containers: changed(template.spec.containers),
          initContainers: changed(template.spec.initContainers ?? []),
        },
      },
    },
  }
}

async function wrongPassword(
  { kubectl }: Installation,
  made: (name: string) => void,
): Promise<readonly Variable[]> {
  const url = new URL(await secret(kubectl, 'fairlead-database', 'url'))
  url.password = 'wrong'
  const name = `wrong-${randomUUID().slice(0, 8)}`
  await kubectl.run(['create', 'secret', 'generic', name, `--from-literal=url=${url.href}`])
  made(name)
  return [{ name: 'FAIRLEAD_DATABASE_URL', valueFrom: { secretKeyRef: { name, key: 'url' } } }]
}

/** What a run of the container wrote that asks for attention: of the last one that ended, else of the present one. */
async function said(
  { kubectl }: Installation,
  pod: Pod | undefined,
  container: string,
): Promise<readonly string[]> {
  if (pod === undefined) return []
  const status = statusOf(pod, container)
  if (status === undefined || status.containerID === undefined) return []
  const ended = status.restartCount > 0 || status.state.terminated !== undefined
  const previous = status.restartCount > 0 && status.state.terminated === undefined ? ['--previous'] : []
  const log = await kubectl
    .run(['logs', pod.metadata.name, '--container', container, ...previous])
    // Between two runs.
    .catch(() => '')
  const lines = log.split('\n').filter((line) => line !== '')
  return ended ? lines : lines.filter(isWarning)
}

/** Of a process that works otherwise, what is no information only. */
function isWarning(line: string): boolean {
  const level: unknown = line.startsWith('{') ? JSON.parse(line).level : 'error'
  return !(level === 30 || level === 'info' || level === 'debug' || level === 'trace')
}

/** It ended and was started again, or it runs and was found not ready several times. */
function turns(pod: Pod | undefined, container: string): boolean {
  if (pod === undefined) return false
  const status = statusOf(pod, container)
  if (status === undefined) return false
  if (status.restartCount > 0) return true
  const { running } = status.state
  return running !== undefined && Date.now() - Date.parse(running.startedAt) > 25_000
}

function statusOf({ status }: Pod, container: string): ContainerStatus | undefined {
  return [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])].find(
    ({ name }) => name === container,
  )
}
