import type { StagedInput } from '../staging/staged-input.ts'
import type { StepPayload } from '../step-payload.ts'
import type { NewContainer } from './container-store.ts'
import type { SourceFile } from './input-source.ts'
import { stepFailed } from './step-failure.ts'
import { uniqueNames } from './unique-names.ts'

/** Of all containers of a step together: each is listed what it reads. */
const STAGED_INPUTS_MAX = 500_000

export interface ResolvedInput {
  readonly name: string
  readonly maxFiles: number
  readonly files: readonly SourceFile[]
}

export interface DividedInputs {
  /** What every container reads. */
  readonly shared: readonly StagedInput[]
  /** In the order of their numbers; at least one. */
  readonly containers: readonly NewContainer[]
}

/**
 * Decides how many containers a step has, and what each reads. One that is fanned out over the files of an input has one
 * for each of them; over none it fails: a run that did nothing would look as one that worked.
 *
 * @throws ExecutionFailed
 */
export function divideInputs(
  payload: Pick<StepPayload, 'step' | 'fanOut' | 'maxContainers'>,
  inputs: readonly ResolvedInput[],
): DividedInputs {
  const { step, fanOut } = payload
  const over = fanOut !== undefined && 'input' in fanOut ? fanOut.input : undefined
  const shared: StagedInput[] = []
  let divided: StagedInput[] | undefined
  for (const input of inputs) {
    const staged = place(input)
    if (input.name === over) {
      divided = staged
      continue
    }
    if (staged.length > input.maxFiles) throw tooManyFiles(step, input)
    shared.push(...staged)
  }
  if (over === undefined) {
    const count = fanOut !== undefined && 'count' in fanOut ? fanOut.count : 1
    return checked(payload, {
      shared,
      containers: Array.from({ length: count }, () => ({ inputs: [], over: '' })),
    })
  }
  if (divided === undefined || divided.length === 0) {
    throw stepFailed(
      'FAN_OUT_EMPTY',
      `The step ${step} runs a container for each file of ${over}, and there is none. See what the steps before it left.`,
    )
  }
  return checked(payload, {
    shared,
    containers: divided.map((each) => ({ inputs: [each], over: each.path.slice(over.length + 1) })),
  })
}

function place({ name, files }: ResolvedInput): StagedInput[] {
  const names = uniqueNames(files.map((file) => file.name))
  return files.map(({ name: _, ...file }, position) => ({ ...file, path: `${name}/${names[position]}` }))
}

function checked(
  { step, maxContainers }: Pick<StepPayload, 'step' | 'maxContainers'>,
  divided: DividedInputs,
): DividedInputs {
  const { shared, containers } = divided
  if (containers.length > maxContainers) {
    throw stepFailed(
      'FAN_OUT_TOO_LARGE',
      `The step ${step} would run ${containers.length} containers; ${maxContainers} are the most. Give it fewer files, or raise max_containers of its fan-out.`,
    )
  }
  const staged = (shared.length + 1) * containers.length
  if (staged > STAGED_INPUTS_MAX) {
    throw stepFailed(
      'FAN_OUT_TOO_LARGE',
      `The ${containers.length} containers of the step ${step} would read ${staged} files together; ${STAGED_INPUTS_MAX} are the most. Put the files together, or fan out over them.`,
    )
  }
  return divided
}

function tooManyFiles(step: string, { name, maxFiles, files }: ResolvedInput) {
  return stepFailed(
    'TOO_MANY_INPUT_FILES',
    `The input ${name} of the step ${step} has ${files.length} files; its algorithm takes ${maxFiles} at most. Give it fewer, or fan out over them.`,
  )
}
