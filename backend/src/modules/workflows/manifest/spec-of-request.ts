import type { AlgorithmSpec } from '@fairlead/proto/server/fairlead/workflows/v1/algorithms'
import type { WorkflowSpec } from '@fairlead/proto/server/fairlead/workflows/v1/workflows'
import { DomainError, type FieldViolation, invalidField } from '../../../errors/domain-error.ts'
import { manifestInvalid } from './manifest-invalid.ts'
import { algorithmOfManifest, type ManifestSpec, workflowOfManifest } from './manifest-spec.ts'
import { pathText } from './read-manifest.ts'
import type { SpecLimits } from './spec-limits.ts'
import type { YamlPath } from './yaml-source.ts'

/** What a request is about, however it was given. */
export interface GivenSpec<Spec> {
  readonly id: string
  readonly spec: Spec
}

/** What a client sends: the one or the other. */
interface SpecRequest<Spec> {
  /** Field of the id, and what stands in it. */
  readonly idField: string
  readonly id: string
  readonly spec: Spec | undefined
  readonly manifest: string
}

interface Reading<Spec> {
  readonly read: (manifest: string) => ManifestSpec<Spec>
  readonly limits: (spec: Spec) => readonly FieldViolation[]
}

/**
 * Hands on what a request to register an algorithm is about. What is found wrong with one that came as a manifest, then or
 * later, is told by its lines.
 */
export function algorithmOfRequestMessage<Result>(
  request: {
    readonly algorithmId: string
    readonly spec: AlgorithmSpec | undefined
    readonly manifest: string
  },
  limits: SpecLimits,
  use: (given: GivenSpec<AlgorithmSpec>) => Promise<Result>,
): Promise<Result> {
  return withSpec(
    { ...request, idField: 'algorithm_id', id: request.algorithmId },
    { read: algorithmOfManifest, limits: limits.violationsOfAlgorithm },
    use,
  )
}

/** The same for a workflow. */
export function workflowOfRequestMessage<Result>(
  request: {
    readonly workflowId: string
    readonly spec: WorkflowSpec | undefined
    readonly manifest: string
  },
  limits: SpecLimits,
  use: (given: GivenSpec<WorkflowSpec>) => Promise<Result>,
): Promise<Result> {
  return withSpec(
    { ...request, idField: 'workflow_id', id: request.workflowId },
    { read: workflowOfManifest, limits: limits.violationsOfWorkflow },
    use,
  )
}

async function withSpec<Spec, Result>(
  { idField, id, spec, manifest }: SpecRequest<Spec>,
  { read, limits }: Reading<Spec>,
  use: (given: GivenSpec<Spec>) => Promise<Result>,
): Promise<Result> {
  if (manifest === '') {
    if (spec === undefined) throw invalidField('spec', 'is missing; give it, or a manifest.', 'SPEC_MISSING')
    if (id === '') throw invalidField(idField, 'is missing; only a manifest can name it instead.')
    return use({ id, spec })
  }
  if (spec !== undefined) throw invalidField('spec', 'stands beside a manifest. Give one of the two.')
  const { lineOf, ...given } = read(manifest)
  if (id !== '' && id !== given.id) {
    throw invalidField(idField, `is ${id}, and the manifest names ${given.id}. Leave one of the two out.`)
  }
  const violations = limits(given.spec)
  if (violations.length > 0) throw byLines(violations, lineOf, 'FIELD_LIMIT')
  try {
    return await use(given)
  } catch (error) {
    if (!(error instanceof DomainError) || error.code !== 'INVALID_ARGUMENT') throw error
    const ofSpec = error.violations.filter(({ field }) => field.startsWith('spec.'))
    if (ofSpec.length === 0) throw error
    throw byLines(ofSpec, lineOf, error.reason)
  }
}

function byLines(
  violations: readonly FieldViolation[],
  lineOf: (path: YamlPath) => number,
  reason: string,
): DomainError {
  return manifestInvalid(
    violations.map(({ field, description }) => {
      const path = pathOf(field)
      return { line: lineOf(path), description: `${pathText(path)}: ${description}` }
    }),
    reason,
  )
}

/** Of "spec.steps[1].max_duration", in the names of a manifest. */
function pathOf(field: string): YamlPath {
  return [...field.slice('spec.'.length).matchAll(/([a-z_]+)|\[(\d+)\]/g)].map(([, name, index]) =>
    name === undefined
      ? Number(index)
      : name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
  )
}
