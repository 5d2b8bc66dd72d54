import type { ParameterSchema } from '@fairlead/proto/web/fairlead/jobs/v1/jobs'
import { useAlgorithms, useApprovedAlgorithms } from '../algorithm-queries'
import { algorithmAddress, parseReference } from '../algorithm-reference'
import { useWorkflow } from '../list/workflow-queries'
import { workflowAddress, workflowId } from '../workflow-name'
import type { RunTarget } from './run-draft'

/** What runs, as far as its form has to know. */
export interface Runnable {
  /** With its version. */
  readonly target: RunTarget
  readonly displayName: string
  readonly description: string
  readonly inputs: readonly RunnableInput[]
  readonly parameters: readonly ParameterSchema[]
  /** "environments/{environment}" of an algorithm alone; undefined of a workflow, whose steps have theirs. */
  readonly environment: string | undefined
  /** Which datasets it may be given; undefined where its steps decide. */
  readonly datasets: readonly string[] | undefined
  /** Why it cannot run now; empty when it can. */
  readonly problem: string
  /** Of its page. */
  readonly address: string
}

export interface RunnableInput {
  readonly name: string
  readonly description: string
  readonly optional: boolean
  /** Files at most; undefined where it is not known. */
  readonly maxFiles: number | undefined
}

interface RunnableQuery {
  /** Null when there is none. */
  readonly data: Runnable | null | undefined
  readonly error: Error | null
  readonly refetch: () => unknown
}

/** @param organization slug of the organisation that runs it */
export function useRunnable(organization: string, target: RunTarget): RunnableQuery {
  const workflow = useRunnableWorkflow(organization, target)
  const algorithm = useRunnableAlgorithm(organization, target)
  return target.kind === 'workflow' ? workflow : algorithm
}

function useRunnableWorkflow(organization: string, { kind, reference }: RunTarget): RunnableQuery {
  const named = parseReference(reference)
  const id = kind === 'workflow' ? (named?.algorithm ?? reference) : ''
  const query = useWorkflow(organization, id, named?.version)
  const workflow = query.data
  if (workflow === null || workflow === undefined) return { ...query, data: workflow }
  const { spec } = workflow
  return {
    error: query.error,
    refetch: query.refetch,
    data: {
      target: { kind: 'workflow', reference: workflow.reference },
      displayName: spec?.displayName ?? workflow.reference,
      description: spec?.description ?? '',
      inputs: (spec?.inputs ?? []).map((input) => ({ ...input, maxFiles: undefined })),
      parameters: spec?.parameters ?? [],
      environment: undefined,
      datasets: undefined,
      problem: workflow.problem,
      address: workflowAddress(`/o/${organization}`, workflowId(workflow.name), workflow.version),
    },
  }
}

function useRunnableAlgorithm(organization: string, { kind, reference }: RunTarget): RunnableQuery {
  const named = kind === 'algorithm' ? parseReference(reference) : undefined
  const isOwn = named !== undefined && (named.organization === '' || named.organization === organization)
  const own = useAlgorithms(organization, [], isOwn ? named.algorithm : '', isOwn)
  const approved = useApprovedAlgorithms(organization, named !== undefined && !isOwn)
  const query = isOwn ? own : approved
  if (named === undefined) return { data: null, error: null, refetch: query.refetch }
  const versions = isOwn ? own.data?.pages.flatMap((page) => page.algorithms) : approved.data
  if (versions === undefined) return { data: undefined, error: query.error, refetch: query.refetch }
  const algorithm = versions.find((one) =>
    isOwn ? one.version === named.version : one.reference === reference,
  )
  const spec = algorithm?.spec
  return {
    error: query.error,
    refetch: query.refetch,
    data:
      algorithm === undefined || spec === undefined
        ? null
        : {
            target: { kind: 'algorithm', reference: algorithm.reference },
            displayName: spec.displayName,
            description: spec.description,
            inputs: spec.inputs.map((input) => ({ ...input, maxFiles: input.maxFiles || 1000 })),
            parameters: spec.parameters,
            environment: spec.environment,
            datasets: spec.datasets,
            problem:
              algorithm.state === 'ALGORITHM_STATE_APPROVED'
                ? ''
                : `${algorithm.reference} is not approved: only approved versions run.`,
            address: algorithmAddress(`/o/${organization}`, algorithm.name),
          },
  }
}
