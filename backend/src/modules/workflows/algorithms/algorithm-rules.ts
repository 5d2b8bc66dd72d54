import type { AlgorithmSpec } from '@fairlead/proto/server/fairlead/workflows/v1/algorithms'
import type { FieldViolation } from '../../../errors/domain-error.ts'
import type { EnvironmentRecord } from '../environments/environment.ts'
import { problemOfPattern } from './dataset-patterns.ts'
import { isImageAllowed, problemOfImage } from './image-reference.ts'
import { hasControlCharacter, violationsOfParameters } from './parameter-rules.ts'

/** What a spec is checked against. */
export interface AlgorithmSurroundings {
  /** Prefixes of the images that may run. */
  readonly registries: readonly string[]
  /** The one that the spec names, when there is one of that name. */
  readonly environment: EnvironmentRecord | undefined
  /** Of the identifiers in the spec, those that the organisation may not read. */
  readonly unknownDatasets: ReadonlySet<string>
}

/** Everything that is wrong with a spec beyond the limits of the contract. */
export function violationsOfAlgorithm(
  spec: AlgorithmSpec,
  surroundings: AlgorithmSurroundings,
): readonly FieldViolation[] {
  return [
    ...violationsOfImage(spec, surroundings.registries),
    ...violationsOfWords(spec.command, 'spec.command'),
    ...violationsOfWords(spec.arguments, 'spec.arguments'),
    ...violationsOfParameters(spec.parameters, 'spec.parameters', { asVariables: true }),
    ...violationsOfInputs(spec),
    ...violationsOfEnvironment(spec.environment, surroundings.environment),
    ...violationsOfDatasets(spec, surroundings.unknownDatasets),
  ]
}

function violationsOfImage({ image }: AlgorithmSpec, registries: readonly string[]): FieldViolation[] {
  const field = 'spec.image'
  const problem = problemOfImage(image)
  if (problem !== undefined) return [{ field, description: problem }]
  if (isImageAllowed(image, registries)) return []
  const description = `is of no registry that the operator allows; images may come from ${registries.join(', ')}`
  return [{ field, description }]
}

function violationsOfWords(words: readonly string[], field: string): FieldViolation[] {
  return words.flatMap((word, index) =>
    hasControlCharacter(word)
      ? [{ field: `${field}[${index}]`, description: 'must not hold control characters' }]
      : [],
  )
}

function violationsOfInputs({ inputs }: AlgorithmSpec): FieldViolation[] {
  return inputs.flatMap(({ name }, index) => {
    const field = `spec.inputs[${index}].name`
    if (name === 'parameters') {
      const description = 'must be another one: /in/parameters.json is beside the folders of the inputs'
      return [{ field, description }]
    }
    const isSecond = inputs.findIndex((each) => each.name === name) !== index
    return isSecond ? [{ field, description: `${name} is declared twice` }] : []
  })
}

function violationsOfEnvironment(name: string, environment: EnvironmentRecord | undefined): FieldViolation[] {
  const field = 'spec.environment'
  if (environment === undefined) {
    return [{ field, description: `there is no ${name}; ListEnvironments tells which there are` }]
  }
  if (environment.open) return []
  return [{ field, description: `${name} is closed: nothing new may run in it. Choose another one` }]
}

function violationsOfDatasets({ datasets }: AlgorithmSpec, unknown: ReadonlySet<string>): FieldViolation[] {
  return datasets.flatMap((pattern, index) => {
    const field = `spec.datasets[${index}]`
    const problem =
      problemOfPattern(pattern) ??
      (unknown.has(pattern)
        ? `there is no dataset "${pattern}" that this organisation may read; "*" at the end leaves the rest open`
        : datasets.indexOf(pattern) === index
          ? undefined
          : `"${pattern}" is listed twice`)
    return problem === undefined ? [] : [{ field, description: problem }]
  })
}
