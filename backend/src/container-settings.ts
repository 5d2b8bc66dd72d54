import { z } from 'zod'
import { address, list, optional, prefix, readableFile, wholeNumber } from './setting-types.ts'

/** The cluster that runs members' containers. */
export interface ContainerSettings {
  readonly namespace: string
  /** Undefined: the service account of our own pod. */
  readonly kubeconfig: string | undefined
  /** What ours is told by, where several installations share a cluster. */
  readonly installation: string
  readonly agentImage: string
  /** Where pods reach the backend's staging server. */
  readonly stagingUrl: string
  readonly imagePullSecret: string | undefined
  /** Steps that a worker has running at a time; it waits for them only. */
  readonly steps: number
}

const label = (example: string) =>
  z.string().regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, {
    error: `is not a name of Kubernetes: lower-case letters, digits and "-", at most 63. Set it, for example to ${example}.`,
  })

const namespaceVariable = { FAIRLEAD_KUBERNETES_NAMESPACE: optional(label('fairlead-jobs')) }

export const backendContainerVariables = {
  ...namespaceVariable,
  FAIRLEAD_STAGING_ADDRESS: optional(address('127.0.0.1:10006')),
  FAIRLEAD_ALGORITHM_REGISTRIES: z.string().default('').transform(list(',')),
}

export const workerContainerVariables = {
  ...namespaceVariable,
  FAIRLEAD_KUBECONFIG: optional(readableFile),
  FAIRLEAD_INSTALLATION: optional(label('fairlead')).transform((value) => value ?? 'fairlead'),
  FAIRLEAD_AGENT_IMAGE: optional(z.string()),
  FAIRLEAD_STAGING_URL: optional(prefix('http://staging.fairlead:10006')),
  FAIRLEAD_IMAGE_PULL_SECRET: optional(label('registry-credentials')),
  FAIRLEAD_CONTAINER_STEPS: wholeNumber(1, 10_000, 32),
}

type BackendContainerVariables = z.output<z.ZodObject<typeof backendContainerVariables>>
type WorkerContainerVariables = z.output<z.ZodObject<typeof workerContainerVariables>>

/** What running containers needs of the backend, checked where it is known that they are to run. */
export function checkStaging(variables: BackendContainerVariables, context: z.RefinementCtx): void {
  if (variables.FAIRLEAD_KUBERNETES_NAMESPACE === undefined) return
  checkNeeded('FAIRLEAD_STAGING_ADDRESS', variables.FAIRLEAD_STAGING_ADDRESS, context)
}

/** The same of a worker. */
export function checkContainers(variables: WorkerContainerVariables, context: z.RefinementCtx): void {
  if (variables.FAIRLEAD_KUBERNETES_NAMESPACE === undefined) return
  checkNeeded('FAIRLEAD_AGENT_IMAGE', variables.FAIRLEAD_AGENT_IMAGE, context)
  checkNeeded('FAIRLEAD_STAGING_URL', variables.FAIRLEAD_STAGING_URL, context)
}

function checkNeeded(name: string, value: unknown, context: z.RefinementCtx): void {
  if (value !== undefined) return
  context.addIssue({
    code: 'custom',
    path: [name],
    message:
      'is not set, and FAIRLEAD_KUBERNETES_NAMESPACE needs it. Set it, or leave FAIRLEAD_KUBERNETES_NAMESPACE out to run no containers.',
  })
}

/** Undefined: no containers are run. */
export function containersOf(variables: WorkerContainerVariables): ContainerSettings | undefined {
  const {
    FAIRLEAD_KUBERNETES_NAMESPACE: namespace,
    FAIRLEAD_AGENT_IMAGE: agentImage,
    FAIRLEAD_STAGING_URL: stagingUrl,
  } = variables
  if (namespace === undefined || agentImage === undefined || stagingUrl === undefined) return undefined
  return {
    namespace,
    agentImage,
    stagingUrl,
    kubeconfig: variables.FAIRLEAD_KUBECONFIG,
    installation: variables.FAIRLEAD_INSTALLATION,
    imagePullSecret: variables.FAIRLEAD_IMAGE_PULL_SECRET,
    steps: variables.FAIRLEAD_CONTAINER_STEPS,
  }
}
