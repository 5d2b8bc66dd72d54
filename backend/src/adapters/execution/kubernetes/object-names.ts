import type { ContainerKey, ContainerOrder } from '../../../ports/containers.ts'
import type { Pod } from './kubernetes-objects.ts'

/** Of several installations that share a namespace, each sees its own objects only. */
export const INSTALLATION_LABEL = 'fairlead.dev/installation'
const JOB_LABEL = 'fairlead.dev/job'
const TASK_LABEL = 'fairlead.dev/task'
const RUN_LABEL = 'fairlead.dev/run'
/** The Job controller's own. */
export const JOB_NAME_LABEL = 'batch.kubernetes.io/job-name'
const INDEX_LABEL = 'batch.kubernetes.io/job-completion-index'

/** Of the Job and its Secret; pods' and hosts' names go on from it, and have at most 63 characters. */
export function objectName({ jobId, taskIndex, run }: ContainerKey): string {
  return `w-${jobId.replaceAll('-', '')}-${taskIndex}-${run}`
}

export function objectLabels(installation: string, order: Pick<ContainerOrder, 'key' | 'organizationId'>) {
  return {
    'app.kubernetes.io/managed-by': 'fairlead',
    'app.kubernetes.io/component': 'container',
    [INSTALLATION_LABEL]: installation,
    [JOB_LABEL]: order.key.jobId,
    [TASK_LABEL]: String(order.key.taskIndex),
    [RUN_LABEL]: String(order.key.run),
    'fairlead.dev/organization': order.organizationId,
  }
}

/** Undefined for an object that carries the installation's label, but is none of ours. */
export function keyOfLabels(labels: Readonly<Record<string, string>> | undefined): ContainerKey | undefined {
  const jobId = labels?.[JOB_LABEL] ?? ''
  const taskIndex = Number(labels?.[TASK_LABEL] ?? Number.NaN)
  const run = Number(labels?.[RUN_LABEL] ?? Number.NaN)
  if (jobId === '' || !Number.isSafeInteger(taskIndex) || !Number.isSafeInteger(run)) return undefined
  return { jobId, taskIndex, run }
}

export function jobNameOf(pod: Pod): string {
  return pod.metadata.labels?.[JOB_NAME_LABEL] ?? ''
}

/** Which of the step's containers it runs. */
export function numberOf(pod: Pod): number {
  return Number(pod.metadata.labels?.[INDEX_LABEL] ?? pod.metadata.annotations?.[INDEX_LABEL] ?? 0)
}
