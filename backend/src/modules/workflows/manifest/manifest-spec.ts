import type { AlgorithmSpec } from '@fairlead/proto/server/fairlead/workflows/v1/algorithms'
import { FanOut, type WorkflowSpec } from '@fairlead/proto/server/fairlead/workflows/v1/workflows'
import type { z } from 'zod'
import { algorithmShape, workflowShape } from './manifest-shapes.ts'
import { readManifest } from './read-manifest.ts'
import type { YamlPath } from './yaml-source.ts'

export interface ManifestSpec<Spec> {
  readonly id: string
  readonly spec: Spec
  /** Of a place in the spec, by the names of its fields in YAML. */
  lineOf(path: YamlPath): number
}

export function algorithmOfManifest(text: string): ManifestSpec<AlgorithmSpec> {
  const { content, lineOf } = readManifest(text, algorithmShape)
  const { kind: _, name, parameters, ...spec } = content
  return { id: name, spec: { ...spec, parameters: parameters.map(parameterOf) }, lineOf }
}

export function workflowOfManifest(text: string): ManifestSpec<WorkflowSpec> {
  const { content, lineOf } = readManifest(text, workflowShape)
  const { kind: _, name, parameters, steps, ...spec } = content
  return {
    id: name,
    spec: { ...spec, parameters: parameters.map(parameterOf), steps: steps.map(stepOf) },
    lineOf,
  }
}

type ParameterContent = z.output<typeof algorithmShape>['parameters'][number]
type StepContent = z.output<typeof workflowShape>['steps'][number]

function parameterOf({ minimum, maximum, ...parameter }: ParameterContent) {
  return { ...parameter, minimum, maximum, repeated: false }
}

function stepOf({ inputs, parameters, fanOut, maxDuration, ...step }: StepContent) {
  return {
    ...step,
    inputs: Object.entries(inputs).flatMap(([name, sources]) =>
      [sources].flat().map((from) => ({ name, from })),
    ),
    parameters: Object.entries(parameters).map(([name, value]) => ({ name, value })),
    fanOut: fanOut === undefined ? undefined : FanOut.fromJSON(fanOut),
    maxDuration,
  }
}
