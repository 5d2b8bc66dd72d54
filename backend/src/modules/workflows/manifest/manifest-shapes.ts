import { z } from 'zod'
import { durationMessage } from '../duration.ts'

/* What manifests hold, field by field as in the contract, with maps where those have lists of names with values. */

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 }

const name = z.string().regex(/^[a-z][a-z0-9-]{0,62}$/, {
  error: 'must be lower case: a letter, then letters, digits and "-", 63 at most',
})
/** Values are texts for containers; YAML reads 2.5 as a number. */
const value = z.union([z.string(), z.number().transform(String)], { error: 'must be a text or a number' })
const list = <Item extends z.ZodType>(item: Item) => z.array(item).default([])
const text = z.string().default('')

const environment = z
  .string()
  .transform((given) => (given === '' || given.includes('/') ? given : `environments/${given}`))

const duration = z
  .string({ error: 'must be a time such as 90s, 10m, 2h or 1d' })
  .regex(/^[1-9][0-9]{0,6}[smhd]$/, { error: 'must be a time such as 90s, 10m, 2h or 1d' })
  .transform((given) => durationMessage(1000 * Number(given.slice(0, -1)) * (SECONDS[given.slice(-1)] ?? 1)))

const parameter = z.strictObject({
  name: z.string(),
  description: text,
  kind: z
    .enum(['STRING', 'NUMBER', 'ENUM', 'TIME'], { error: 'must be one of STRING, NUMBER, ENUM, TIME' })
    .transform((kind) => `PARAMETER_KIND_${kind}` as const),
  required: z.boolean().default(false),
  values: list(value),
  defaultValue: value.default(''),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  unit: text,
  ucd: text,
})

export const algorithmShape = z.strictObject({
  kind: z.literal('Algorithm', { error: 'must be Algorithm' }),
  name,
  displayName: z.string(),
  description: text,
  image: z.string(),
  command: list(value),
  arguments: list(value),
  parameters: list(parameter),
  inputs: list(
    z.strictObject({
      name: z.string(),
      description: text,
      optional: z.boolean().default(false),
      maxFiles: z.int().default(0),
    }),
  ),
  environment,
  datasets: list(z.string()),
  forEveryOrganization: z.boolean().default(false),
})

const fanOut = z.strictObject({
  count: z.int().optional(),
  input: z.string().optional(),
  maxContainers: z.int().default(0),
})

const step = z.strictObject({
  name: z.string(),
  algorithm: z.string(),
  environment: environment.default(''),
  inputs: z.record(z.string(), z.union([z.string(), z.array(z.string())])).default({}),
  parameters: z.record(z.string(), value).default({}),
  after: list(z.string()),
  fanOut: fanOut
    .refine(({ count, input }) => (count === undefined) !== (input === undefined), {
      error: 'must have either count or input',
    })
    .optional(),
  publish: z.boolean().default(false),
  maxDuration: duration.optional(),
})

export const workflowShape = z.strictObject({
  kind: z.literal('Workflow', { error: 'must be Workflow' }),
  name,
  displayName: z.string(),
  description: text,
  parameters: list(parameter),
  inputs: list(z.strictObject({ name: z.string(), description: text, optional: z.boolean().default(false) })),
  steps: z.array(step),
})
