import type { WorkflowSpec } from '@fairlead/proto/server/fairlead/workflows/v1/workflows'
import { type AlgorithmRecord, keyOf, parseReference, referenceOf } from '../algorithms/algorithm.ts'
import { algorithmsByKeys } from '../algorithms/algorithm-store.ts'
import { type EnvironmentRecord, environmentIdOf } from '../environments/environment.ts'
import { environmentsByIds } from '../environments/environment-store.ts'
import type { Database } from '../sql.ts'

/** What the specs of an organisation's workflows may name, as it is now. */
export interface WorkflowLibrary {
  /** By its reference; undefined for what the organisation cannot name. */
  algorithm(reference: string): AlgorithmRecord | undefined
  /** By its name, "environments/{environment}". */
  environment(name: string): EnvironmentRecord | undefined
  /** Prefixes of images that may run. */
  readonly registries: readonly string[]
}

export interface LibraryOf {
  readonly organizationId: string
  /** Slug. */
  readonly organization: string
  readonly registries: readonly string[]
}

/** Everything that the steps of some specs name, by two statements. */
export async function readLibrary(
  database: Database,
  { organizationId, organization, registries }: LibraryOf,
  specs: readonly Pick<WorkflowSpec, 'steps'>[],
): Promise<WorkflowLibrary> {
  const steps = specs.flatMap((spec) => spec.steps)
  const keys = [...new Set(steps.map(({ algorithm }) => algorithm))].flatMap(
    (reference) => parseReference(reference, organization) ?? [],
  )
  const algorithms = new Map(
    (await algorithmsByKeys(database, organizationId, keys)).map((each) => [
      referenceOf(keyOf(each), organization),
      each,
    ]),
  )
  const named = [...steps, ...[...algorithms.values()].map(({ spec }) => spec)]
  const ids = new Set(named.map(({ environment }) => environmentIdOf(environment)))
  const environments = await environmentsByIds(database, [...ids])
  return {
    algorithm(reference) {
      const key = parseReference(reference, organization)
      return key === undefined ? undefined : algorithms.get(referenceOf(key, organization))
    },
    environment: (name) => environments.get(environmentIdOf(name)),
    registries,
  }
}
