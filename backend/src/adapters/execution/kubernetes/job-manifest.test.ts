import type { V1Container } from '@kubernetes/client-node'
import { describe, expect, test } from 'vitest'
import type { ContainerOrder } from '../../../ports/containers.ts'
import { jobManifest, secretManifest } from './job-manifest.ts'
import { keyOfLabels, objectName } from './object-names.ts'

const ignore = () => undefined
const order: ContainerOrder = {
  key: { jobId: '0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b', taskIndex: 12, run: 3 },
  organizationId: 'a0000000-0000-7000-8000-000000000001',
  image: 'registry.example/measure@sha256:00',
  command: ['measure', '$(PATH)'],
  arguments: ['--cost=$5'],
  variables: { THRESHOLD: '$(HOME)', HOME: '/root', FAIRLEAD_INSTANCE: '99' },
  count: 200,
  parallel: 20,
  cpuMillis: 1500,
  memoryBytes: 2 ** 30,
  diskBytes: 2 ** 31,
  gpus: 0,
  nodeLabels: {},
  containerTimeoutMs: 60_500,
  timeoutMs: 600_000,
  staging: { url: 'http://staging.fairlead.svc:10006', token: 'secret' },
  signal: new AbortController().signal,
  onChange: ignore,
  onLog: ignore,
  onUse: ignore,
  onWaiting: ignore,
  logsAfter: ignore,
}
const options = { installation: 'fairlead', agentImage: 'registry.example/agent@sha256:11' }

function podOf(given: Partial<ContainerOrder> = {}) {
  const spec = jobManifest({ ...order, ...given }, options).spec?.template.spec
  const containers = [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])]
  const [stage, algorithm, collect] = containers as [V1Container, V1Container, V1Container]
  return { spec, containers, stage, algorithm, collect }
}

const variablesOf = ({ env = [] }: V1Container) =>
  Object.fromEntries(env.map(({ name, value, valueFrom }) => [name, value ?? valueFrom]))

describe('the Job of a run', () => {
  test('is named and labelled by its key, within what names may be', () => {
    const job = jobManifest(order, options)
    expect(job.metadata?.name).toBe('w-0190a1b2c3d47e5f8a9b0c1d2e3f4a5b-12-3')
    const longest = objectName({ ...order.key, taskIndex: 99_999, run: 99 })
    expect(`${longest}-10000-abcde`.length).toBeLessThanOrEqual(63)
    expect(keyOfLabels(job.metadata?.labels)).toEqual(order.key)
    expect(keyOfLabels(job.spec?.template.metadata?.labels)).toEqual(order.key)
    expect(keyOfLabels({ 'fairlead.dev/installation': 'fairlead' })).toBeUndefined()
    expect(secretManifest(order, options)).toMatchObject({
      metadata: job.metadata,
      stringData: { token: 'secret' },
    })
  })

  test('runs so many at a time, replaces what is lost and ends with the first that fails', () => {
    const { spec } = jobManifest(order, options)
    expect(spec).toMatchObject({
      completionMode: 'Indexed',
      completions: 200,
      parallelism: 20,
      backoffLimitPerIndex: 2,
      maxFailedIndexes: 0,
      activeDeadlineSeconds: 600,
    })
    expect(spec?.podFailurePolicy?.rules.map(({ action }) => action)).toEqual(['Ignore', 'FailJob'])
    expect(jobManifest({ ...order, count: 3 }, options).spec?.parallelism).toBe(3)
  })

  test('runs the algorithm between the two agents, in the image and with the command of the order', () => {
    const { containers, spec, algorithm } = podOf()
    expect(containers.map(({ name }) => name)).toEqual(['stage', 'algorithm', 'collect'])
    expect(containers.map(({ image }) => image)).toEqual([
      options.agentImage,
      order.image,
      options.agentImage,
    ])
    expect(spec).toMatchObject({ restartPolicy: 'Never', activeDeadlineSeconds: 61 })
    expect(algorithm).toMatchObject({ command: ['measure', '$$(PATH)'], args: ['--cost=$$5'] })
    expect(podOf({ command: [], arguments: [] }).algorithm).not.toHaveProperty('command')
  })

  test('gives the algorithm its parameters literally, and none in the place of its own variables', () => {
    const { algorithm } = podOf()
    expect(variablesOf(algorithm)).toEqual({
      THRESHOLD: '$$(HOME)',
      HOME: '/tmp',
      TMPDIR: '/tmp',
      FAIRLEAD_INPUTS: '/in',
      FAIRLEAD_OUTPUTS: '/out',
      FAIRLEAD_INSTANCE: {
        fieldRef: { fieldPath: "metadata.annotations['batch.kubernetes.io/job-completion-index']" },
      },
      FAIRLEAD_INSTANCES: '200',
    })
    expect(algorithm.env).toHaveLength(7)
  })

  test('shows its token to the agents alone, and lets neither write where the other reads', () => {
    const { stage, algorithm, collect } = podOf()
    const mounts = ({ volumeMounts = [] }: V1Container) =>
      volumeMounts.map(({ name, readOnly }) => `${name}${readOnly === true ? '' : ' (writable)'}`)
    expect(mounts(stage)).toEqual(['in (writable)', 'token'])
    expect(mounts(algorithm)).toEqual(['in', 'out (writable)', 'tmp (writable)'])
    expect(mounts(collect)).toEqual(['out', 'token'])
  })

  test('is admitted where Pod Security restricts the most, and has no token of the cluster', () => {
    const { spec, containers } = podOf()
    expect(spec).toMatchObject({
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      securityContext: {
        runAsNonRoot: true,
        runAsUser: 65_532,
        seccompProfile: { type: 'RuntimeDefault' },
      },
    })
    expect(spec?.volumes?.map(({ name }) => name)).toEqual(['in', 'out', 'tmp', 'token'])
    for (const container of containers) {
      expect(container.securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      })
    }
  })

  test('gives each container what it may take and no more', () => {
    const { spec, containers, algorithm } = podOf({ gpus: 2, nodeLabels: { pool: 'gpu' } })
    for (const { resources } of containers) expect(resources?.requests).toEqual(resources?.limits)
    expect(algorithm.resources?.limits).toEqual({
      cpu: '1500m',
      memory: String(2 ** 30),
      'ephemeral-storage': String(2 ** 31),
      'nvidia.com/gpu': '2',
    })
    expect(spec?.nodeSelector).toEqual({ pool: 'gpu' })
    expect(podOf().algorithm.resources?.limits).not.toHaveProperty('nvidia.com/gpu')
    for (const { emptyDir } of spec?.volumes ?? [])
      if (emptyDir !== undefined) expect(emptyDir.sizeLimit).toBe(String(2 ** 31))
  })

  test.each([
    ['http://198.51.100.7:10006', 'None'],
    ['http://[2001:db8::1]:10006', 'None'],
    ['http://staging.fairlead.svc:10006', 'ClusterFirst'],
  ])('asks for names only where it is staged from one: %s', (url, policy) => {
    expect(podOf({ staging: { url, token: '' } }).spec?.dnsPolicy).toBe(policy)
  })

  test('names the Secret of a registry where there is one', () => {
    const spec = jobManifest(order, { ...options, imagePullSecret: 'pull' }).spec?.template.spec
    expect(spec?.imagePullSecrets).toEqual([{ name: 'pull' }])
    expect(podOf().spec).not.toHaveProperty('imagePullSecrets')
  })
})
