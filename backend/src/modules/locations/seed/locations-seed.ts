import { z } from 'zod'

const slug = z.string().regex(/^[a-z][a-z0-9-]{1,62}$/)
const share = z.number().min(0).max(1)

const locationsSeed = z.strictObject({
  /** Whose people they are. */
  organization: slug,
  /** 0: for ever. */
  retentionDays: z.int().min(0).max(36_500),
  purposes: z
    .array(
      z.strictObject({
        slug,
        displayName: z.string().min(1),
        description: z.string().default(''),
        /** Of the people, who consent to it; members always do. */
        consents: share,
      }),
    )
    .min(1),
  city: z.strictObject({
    seed: z.int(),
    people: z.int().min(3).max(10_000),
    /** Before the numbers of external ids. */
    prefix: z.string().regex(/^[a-z]{1,10}-$/),
    /** The first people are these members of the organisation. */
    members: z.array(z.email()),
  }),
})

export type LocationsSeed = z.output<typeof locationsSeed>

/**
 * @param json the "locations" of a seed; undefined when it has none
 * @throws Error that names each wrong entry
 */
export function readLocationsSeed(json: unknown): LocationsSeed | undefined {
  if (json === undefined) return undefined
  const result = locationsSeed.safeParse(json)
  if (result.success) return result.data
  throw new Error(`the locations of the seed are not valid:\n${z.prettifyError(result.error)}`)
}
