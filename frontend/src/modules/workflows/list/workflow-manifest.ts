import type { ParameterSchema } from '@fairlead/proto/web/fairlead/jobs/v1/jobs'
import type { WorkflowSpec, WorkflowStep } from '@fairlead/proto/web/fairlead/workflows/v1/workflows'
import { durationMs } from '../../../ui/format-duration'
import { environmentId } from '../graph/spec-graph'
import type { YamlValue } from './to-yaml'
import { toYaml } from './to-yaml'

type Fields = Readonly<Record<string, YamlValue | undefined>>

/** A workflow as the file that it can be registered from; docs/workflows.md has its fields. */
export function workflowManifest(id: string, spec: WorkflowSpec): string {
  return toYaml({
    kind: 'Workflow',
    name: id,
    displayName: spec.displayName,
    description: given(spec.description),
    parameters: unlessEmpty(spec.parameters.map(parameter)),
    inputs: unlessEmpty(
      spec.inputs.map(({ name, description, optional }) => ({
        name,
        description: given(description),
        optional: optional || undefined,
      })),
    ),
    steps: spec.steps.map(step),
  })
}

function parameter(schema: ParameterSchema): Fields {
  return {
    name: schema.name,
    description: given(schema.description),
    kind: schema.kind.replace('PARAMETER_KIND_', ''),
    required: schema.required || undefined,
    repeated: schema.repeated || undefined,
    values: unlessEmpty(schema.values),
    defaultValue: given(schema.defaultValue),
    minimum: schema.minimum,
    maximum: schema.maximum,
    unit: given(schema.unit),
    ucd: given(schema.ucd),
  }
}

function step(one: WorkflowStep): Fields {
  const inputs = new Map<string, string[]>()
  for (const { name, from } of one.inputs) inputs.set(name, [...(inputs.get(name) ?? []), from])
  const over = one.fanOut?.over
  return {
    name: one.name,
    algorithm: one.algorithm,
    environment: given(environmentId(one.environment)),
    inputs:
      inputs.size === 0
        ? undefined
        : Object.fromEntries(
            [...inputs].map(([name, from]) => [name, from.length === 1 ? (from[0] ?? '') : from]),
          ),
    parameters:
      one.parameters.length === 0
        ? undefined
        : Object.fromEntries(one.parameters.map(({ name, value }) => [name, value])),
    after: unlessEmpty(one.after),
    fanOut:
      over === undefined
        ? undefined
        : {
            count: over.$case === 'count' ? over.value : undefined,
            input: over.$case === 'input' ? over.value : undefined,
            maxContainers: one.fanOut?.maxContainers || undefined,
          },
    publish: one.publish || undefined,
    maxDuration:
      one.maxDuration === undefined ? undefined : shortDuration(durationMs(one.maxDuration) / 1000),
  }
}

function given(text: string): string | undefined {
  return text === '' ? undefined : text
}

function unlessEmpty(list: readonly YamlValue[]): readonly YamlValue[] | undefined {
  return list.length === 0 ? undefined : list
}

/** "90s", "10m", "2h", "1d": in the largest unit that it is a whole number of. */
export function shortDuration(seconds: number): string {
  const units = [
    ['d', 86_400],
    ['h', 3_600],
    ['m', 60],
  ] as const
  const [unit, size] = units.find(([, size]) => seconds >= size && seconds % size === 0) ?? ['s', 1]
  return `${Math.round(seconds / size)}${unit}`
}
