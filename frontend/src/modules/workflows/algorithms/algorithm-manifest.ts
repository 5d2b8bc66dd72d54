import type { AlgorithmSpec } from '@fairlead/proto/web/fairlead/workflows/v1/algorithms'
import { environmentId } from '../environments/environment-words'
import { toYaml, type YamlValue } from '../list/to-yaml'

/** A version as the file that it can be registered from; docs/workflows.md has its fields. */
export function algorithmManifest(id: string, spec: AlgorithmSpec): string {
  return toYaml({
    kind: 'Algorithm',
    name: id,
    displayName: spec.displayName,
    description: given(spec.description),
    image: spec.image,
    command: unlessEmpty(spec.command),
    arguments: unlessEmpty(spec.arguments),
    parameters: unlessEmpty(
      spec.parameters.map((parameter) => ({
        name: parameter.name,
        description: given(parameter.description),
        kind: parameter.kind.replace('PARAMETER_KIND_', ''),
        required: parameter.required || undefined,
        values: unlessEmpty(parameter.values),
        defaultValue: given(parameter.defaultValue),
        minimum: parameter.minimum,
        maximum: parameter.maximum,
        unit: given(parameter.unit),
      })),
    ),
    inputs: unlessEmpty(
      spec.inputs.map((input) => ({
        name: input.name,
        description: given(input.description),
        optional: input.optional || undefined,
        maxFiles: input.maxFiles || undefined,
      })),
    ),
    environment: environmentId(spec.environment),
    datasets: unlessEmpty(spec.datasets),
    forEveryOrganization: spec.forEveryOrganization || undefined,
  })
}

/** To begin with. */
export const exampleManifest = `kind: Algorithm
name: measure
displayName: Measure tiles
description: Counts the sources in each image.
image: registry.example.org/demo/measure@sha256:
command: [python, /measure.py]
parameters:
  - {name: SIGMA, description: Threshold, kind: NUMBER, minimum: 0, maximum: 10, defaultValue: 2.5}
inputs:
  - {name: tile, description: A FITS image, maxFiles: 1}
environment: small
datasets: ["*"]
`

function given(text: string): string | undefined {
  return text === '' ? undefined : text
}

function unlessEmpty(list: readonly YamlValue[]): readonly YamlValue[] | undefined {
  return list.length === 0 ? undefined : list
}
