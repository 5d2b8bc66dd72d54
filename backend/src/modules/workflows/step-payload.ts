import { z } from 'zod'

/** What a step of a run needs to run, as it was planned: nothing that is decided or changed later alters it. */
export interface StepPayload {
  /** Name of the step. */
  readonly step: string
  /** Reference of the workflow's version: "tiles@2"; of the algorithm for one that runs alone. */
  readonly workflow: string
  /** Reference of the algorithm's version as the organisation of the run names it: "measure@1", "org/measure@1". */
  readonly algorithm: string
  /** UUID of that version; whether it is approved still is asked by it. */
  readonly algorithmId: string
  /** With its digest. */
  readonly image: string
  /** Empty for the image's own entry point. */
  readonly command: readonly string[]
  readonly arguments: readonly string[]
  /** Slug of the environment. The limits below are its own, of one container. */
  readonly environment: string
  readonly cpuMillis: number
  readonly memoryBytes: number
  readonly diskBytes: number
  readonly gpus: number
  readonly nodeLabels: Readonly<Record<string, string>>
  /** Containers side by side, at most. */
  readonly maxParallel: number
  /** Of one container. */
  readonly maxDurationMs: number
  /** What a second of a container counts of a task second, in thousandths. */
  readonly priceFactorThousandths: number
  /** Of the algorithm, every one of them that has a value. */
  readonly parameters: Readonly<Record<string, string>>
  /** In the order of the algorithm; optional ones that nothing is given to are left out. */
  readonly inputs: readonly StepSource[]
  /** Undefined: one container. */
  readonly fanOut: StepFanOut | undefined
  /** More of them fail the step. */
  readonly maxContainers: number
  /** Indexes of the tasks that complete before; ascending. */
  readonly needs: readonly number[]
  /** Whether its files are results of the run. */
  readonly publish: boolean
}

export type StepFanOut = { readonly count: number } | { readonly input: string }

/** What one input of the algorithm reads. */
export interface StepSource {
  readonly name: string
  /** Of one container. */
  readonly maxFiles: number
  /** Never empty. */
  readonly from: readonly StepSourceItem[]
}

export type StepSourceItem =
  /** By its public identifier. */
  | { readonly kind: 'dataset'; readonly id: string }
  /** UUID of a file of the organisation. */
  | { readonly kind: 'file'; readonly id: string }
  /** Every file that a task before left. */
  | { readonly kind: 'step'; readonly taskIndex: number }

const count = z.int().nonnegative()

const stepPayload = z.object({
  step: z.string(),
  workflow: z.string(),
  algorithm: z.string(),
  algorithmId: z.string(),
  image: z.string(),
  command: z.array(z.string()),
  arguments: z.array(z.string()),
  environment: z.string(),
  cpuMillis: count,
  memoryBytes: count,
  diskBytes: count,
  gpus: count,
  nodeLabels: z.record(z.string(), z.string()),
  maxParallel: count,
  maxDurationMs: count,
  priceFactorThousandths: count,
  parameters: z.record(z.string(), z.string()),
  inputs: z.array(
    z.object({
      name: z.string(),
      maxFiles: count,
      from: z.array(
        z.discriminatedUnion('kind', [
          z.object({ kind: z.literal('dataset'), id: z.string() }),
          z.object({ kind: z.literal('file'), id: z.string() }),
          z.object({ kind: z.literal('step'), taskIndex: count }),
        ]),
      ),
    }),
  ),
  fanOut: z.union([z.object({ count }), z.object({ input: z.string() })]).optional(),
  maxContainers: count,
  needs: z.array(count),
  publish: z.boolean(),
})

/** Reads back what a plan stored as a task's payload; throws for anything else. */
export function parseStepPayload(payload: unknown): StepPayload {
  const { fanOut, ...parsed } = stepPayload.parse(payload)
  return { ...parsed, fanOut }
}
