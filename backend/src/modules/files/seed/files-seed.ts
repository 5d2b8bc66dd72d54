import { z } from 'zod'

const content = z.union([
  z.strictObject({ lines: z.array(z.string()).min(1) }),
  /** A picture of bands of colour. */
  z.strictObject({ widthPx: z.int().min(1).max(4096), heightPx: z.int().min(1).max(4096) }),
])

const filesSeed = z.array(
  z.strictObject({
    /** Never changed: what is there by it is not made again. */
    key: z.string().min(1),
    organization: z.string().regex(/^[a-z][a-z0-9-]{1,62}$/),
    owner: z.email(),
    name: z.string().min(1),
    folder: z.string().default(''),
    purpose: z.enum(['GENERAL', 'EVIDENCE', 'DATASET', 'JOB_INPUT', 'ALGORITHM']).default('GENERAL'),
    tags: z.array(z.string().min(1)).default([]),
    description: z.string().default(''),
    content,
  }),
)

export type FilesSeed = z.output<typeof filesSeed>

/**
 * @param json the "files" of a seed; undefined when it has none
 * @throws Error that names each wrong entry
 */
export function readFilesSeed(json: unknown): FilesSeed | undefined {
  if (json === undefined) return undefined
  const result = filesSeed.safeParse(json)
  if (result.success) return result.data
  throw new Error(`the files of the seed are not valid:\n${z.prettifyError(result.error)}`)
}
