import { isIP } from 'node:net'
import type { V1Container, V1EnvVar, V1Job, V1PodSpec, V1Secret } from '@kubernetes/client-node'
import type { ContainerOrder } from '../../../ports/containers.ts'
import { objectLabels, objectName } from './object-names.ts'

export interface ManifestOptions {
  readonly installation: string
  readonly agentImage: string
  readonly imagePullSecret?: string | undefined
}

/** Names of the pod's containers, in the order in which they run. */
export const STAGE = 'stage'
export const ALGORITHM = 'algorithm'
export const COLLECT = 'collect'

/** Of the agent, which holds one buffer of a file at a time. */
const AGENT_MEMORY_BYTES = 128 * 2 ** 20
const AGENT_CPU_MILLIS = 250
/** Pods that the Job controller puts in the place of one that was lost. */
export const REPLACEMENTS = 2
/** Without word from its node for so long, a pod is given up there. */
const NODE_PATIENCE_SECONDS = 60
/** From SIGTERM to SIGKILL at a deadline. */
const GRACE_SECONDS = 5
/** Nobody's; the same in each of the pod's containers, so that the agent can read whatever the algorithm wrote. */
const USER = 65_532
const TOKEN_FOLDER = '/var/run/fairlead'
const GPU = 'nvidia.com/gpu'
/** 128 + SIGKILL and SIGTERM: how containers of a pod end that is deleted. */
const KILLED = [137, 143]

/** What the agent proves with that it may read and write for this run alone. */
export function secretManifest(order: ContainerOrder, options: ManifestOptions): V1Secret {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: objectName(order.key), labels: objectLabels(options.installation, order) },
    stringData: { token: order.staging.token },
  }
}

/**
 * The algorithm is an init container, so that it has ended before its outputs are collected, without sharing a process
 * namespace, a token or a writable volume with what collects them.
 */
export function jobManifest(order: ContainerOrder, options: ManifestOptions): V1Job {
  const labels = objectLabels(options.installation, order)
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: objectName(order.key), labels },
    spec: {
      completionMode: 'Indexed',
      completions: order.count,
      parallelism: Math.max(1, Math.min(order.parallel, order.count)),
      backoffLimitPerIndex: REPLACEMENTS,
      maxFailedIndexes: 0,
      podReplacementPolicy: 'Failed',
      podFailurePolicy: {
        rules: [
          { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
          // Those of a pod that somebody deletes are told from others by whoever watches; the rest ends everything at
          // once, also while nobody does.
          { action: 'FailJob', onExitCodes: { operator: 'NotIn', values: [0, ...KILLED] } },
        ],
      },
      activeDeadlineSeconds: seconds(order.timeoutMs),
      template: { metadata: { labels }, spec: podSpec(order, options) },
    },
  }
}

function podSpec(order: ContainerOrder, options: ManifestOptions): V1PodSpec {
  const scratch = { sizeLimit: String(order.diskBytes) }
  const stagedByAddress = isIP(new URL(order.staging.url).hostname.replace(/^\[|\]$/gu, '')) !== 0
  return {
    restartPolicy: 'Never',
    activeDeadlineSeconds: seconds(order.containerTimeoutMs),
    terminationGracePeriodSeconds: GRACE_SECONDS,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    // The agent alone needs names, and only where it is staged from one.
    ...(stagedByAddress
      ? { dnsPolicy: 'None', dnsConfig: { nameservers: ['127.0.0.1'] } }
      : { dnsPolicy: 'ClusterFirst' }),
    ...(options.imagePullSecret === undefined
      ? {}
      : { imagePullSecrets: [{ name: options.imagePullSecret }] }),
    ...(Object.keys(order.nodeLabels).length === 0 ? {} : { nodeSelector: { ...order.nodeLabels } }),
    tolerations: ['not-ready', 'unreachable'].map((state) => ({
      key: `node.kubernetes.io/${state}`,
      operator: 'Exists',
      effect: 'NoExecute',
      tolerationSeconds: NODE_PATIENCE_SECONDS,
    })),
    securityContext: {
      runAsNonRoot: true,
      runAsUser: USER,
      runAsGroup: USER,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    volumes: [
      { name: 'in', emptyDir: scratch },
      { name: 'out', emptyDir: scratch },
      { name: 'tmp', emptyDir: scratch },
      { name: 'token', secret: { secretName: objectName(order.key), defaultMode: 0o444 } },
    ],
    initContainers: [agent(STAGE, order, options, '/in'), algorithm(order)],
    containers: [agent(COLLECT, order, options, '/out')],
  }
}

function agent(name: string, order: ContainerOrder, options: ManifestOptions, folder: string): V1Container {
  return {
    name,
    image: options.agentImage,
    imagePullPolicy: 'IfNotPresent',
    args: [name],
    env: [
      variable('FAIRLEAD_STAGING_URL', order.staging.url),
      variable('FAIRLEAD_STAGING_TOKEN_FILE', `${TOKEN_FOLDER}/token`),
      ...numbers(order),
    ],
    volumeMounts: [
      { name: folder.slice(1), mountPath: folder, readOnly: name === COLLECT },
      { name: 'token', mountPath: TOKEN_FOLDER, readOnly: true },
    ],
    ...limits(Math.max(AGENT_CPU_MILLIS, order.cpuMillis), AGENT_MEMORY_BYTES, order.diskBytes, 0),
    securityContext: fenced(),
  }
}

function algorithm(order: ContainerOrder): V1Container {
  const own = [
    variable('FAIRLEAD_INPUTS', '/in'),
    variable('FAIRLEAD_OUTPUTS', '/out'),
    variable('HOME', '/tmp'),
    variable('TMPDIR', '/tmp'),
    ...numbers(order),
  ]
  const names = new Set(own.map(({ name }) => name))
  return {
    name: ALGORITHM,
    image: order.image,
    imagePullPolicy: 'IfNotPresent',
    ...(order.command.length === 0 ? {} : { command: order.command.map(literal) }),
    ...(order.arguments.length === 0 ? {} : { args: order.arguments.map(literal) }),
    env: [
      ...Object.entries(order.variables)
        .filter(([name]) => !names.has(name))
        .map(([name, value]) => variable(name, value)),
      ...own,
    ],
    volumeMounts: [
      { name: 'in', mountPath: '/in', readOnly: true },
      { name: 'out', mountPath: '/out' },
      { name: 'tmp', mountPath: '/tmp' },
    ],
    // Its last words come with the pod's status, without a request of their own.
    terminationMessagePolicy: 'FallbackToLogsOnError',
    ...limits(order.cpuMillis, order.memoryBytes, order.diskBytes, order.gpus),
    securityContext: fenced(),
  }
}

function numbers(order: ContainerOrder): V1EnvVar[] {
  const fieldPath = "metadata.annotations['batch.kubernetes.io/job-completion-index']"
  return [
    { name: 'FAIRLEAD_INSTANCE', valueFrom: { fieldRef: { fieldPath } } },
    variable('FAIRLEAD_INSTANCES', String(order.count)),
  ]
}

function variable(name: string, value: string): V1EnvVar {
  return { name, value: literal(value) }
}

/** Kubernetes puts values in the place of $(NAME) otherwise: in commands, arguments and variables. */
function literal(value: string): string {
  return value.replaceAll('$', '$$$$')
}

/** It gets what it may take: what one container does is felt by no other. */
function limits(cpuMillis: number, memoryBytes: number, diskBytes: number, gpus: number) {
  const quantities = {
    cpu: `${cpuMillis}m`,
    memory: String(memoryBytes),
    'ephemeral-storage': String(diskBytes),
    ...(gpus === 0 ? {} : { [GPU]: String(gpus) }),
  }
  return { resources: { requests: quantities, limits: quantities } }
}

/** What Pod Security's level "restricted" wants of a container, and a root that cannot be written to. */
function fenced() {
  return {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  }
}

function seconds(ms: number): number {
  return Math.max(1, Math.ceil(ms / 1000))
}
