import { z } from 'zod'

const slug = z.string().regex(/^[a-z][a-z0-9-]{1,62}$/)
/** The fields of a manifest; docs/workflows.md tells which. */
const manifest = z.record(z.string(), z.json())

const workflowsSeed = z.strictObject({
  algorithms: z
    .array(
      z.strictObject({
        /** Never changed: what is there by it is not made again. */
        key: z.string().min(1),
        organization: slug,
        registrant: z.email(),
        /** Who of the operator approved it; absent for one that waits for a decision. */
        approvedBy: z.email().optional(),
        comment: z.string().default(''),
        manifest,
      }),
    )
    .default([]),
  workflows: z
    .array(z.strictObject({ key: z.string().min(1), organization: slug, author: z.email(), manifest }))
    .default([]),
})

export type WorkflowsSeed = z.output<typeof workflowsSeed>

/**
 * @param json the "workflows" of a seed; undefined when it has none
 * @throws Error that names each wrong entry
 */
export function readWorkflowsSeed(json: unknown): WorkflowsSeed | undefined {
  if (json === undefined) return undefined
  const result = workflowsSeed.safeParse(json)
  if (result.success) return result.data
  throw new Error(`the workflows of the seed are not valid:\n${z.prettifyError(result.error)}`)
}
