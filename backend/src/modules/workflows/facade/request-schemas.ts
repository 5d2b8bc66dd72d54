import { z } from 'zod'
import { OperatorError } from './operator-error.ts'
import type { Fields } from './read-fields.ts'

/** Characters of what clients name things by. */
const NAME_MAX = 512
const INPUTS_MAX = 900
const CONTROL = /\p{Cc}/u

/** What PostgreSQL can hold, and what has one encoding only. */
const name = z
  .string('must be a text')
  .max(NAME_MAX, `must have at most ${NAME_MAX} characters`)
  .refine((value) => value.isWellFormed() && !CONTROL.test(value), 'holds a character that no name has')
const required = name.min(1, 'is empty')
/** Clients leave empty what they do not ask for. */
const optional = name.optional().transform((value) => (value === '' ? undefined : value))

/** As it was signed: the digits. */
const nonce = z
  .union([z.string(), z.number()], 'must be a time in milliseconds')
  .transform(String)
  .refine((value) => /^\d{1,40}$/.test(value), 'must be a time in milliseconds, in digits')
const signature = z.string('must be a signature in hexadecimal').min(1, 'is empty').max(1_000, 'is too long')

const signed = { owner: required, providerSignature: signature, nonce }

const wholeNumber = (what: string) =>
  z
    .union([z.string(), z.number()], `must be ${what}`)
    .transform((value) => (value === '' ? Number.NaN : Number(value)))
    .refine((value) => Number.isSafeInteger(value) && value >= 0, `must be ${what}`)

const stage = z.object(
  {
    input: z
      .array(
        z.object(
          {
            id: required,
            index: wholeNumber('a whole number, at least 0').optional(),
          },
          'must be an object with an id',
        ),
        'must be a list',
      )
      .max(INPUTS_MAX, `may have ${INPUTS_MAX} entries`)
      .default([]),
    compute: z
      .object(
        {
          Instances: wholeNumber('a whole number').optional(),
          maxtime: wholeNumber('a whole number of seconds').optional(),
        },
        'must be an object',
      )
      .default({}),
    algorithm: z.object(
      {
        id: name.optional(),
        url: z.unknown().optional(),
        rawcode: z.unknown().optional(),
        container: z
          .object(
            { image: name.optional(), tag: name.optional(), entrypoint: z.string().max(4096).optional() },
            'must be an object',
          )
          .nullish(),
      },
      'must be an object',
    ),
  },
  'must be an object',
)

const stages = z.object(
  { stages: z.array(stage, 'must be a list').min(1, 'is empty') },
  'must be an object with stages',
)

/** In a query it is a text. */
const workflow = z.preprocess((value, context) => {
  if (typeof value !== 'string') return value
  try {
    return JSON.parse(value) as unknown
  } catch {
    context.addIssue('is not JSON')
    return z.NEVER
  }
}, stages)

const start = z.object({ ...signed, workflow, agreementId: required, environment: required })
const change = z.object({ ...signed, agreementId: optional, jobId: optional })
const status = z.object({
  owner: required,
  agreementId: optional,
  jobId: optional,
  providerSignature: signature.optional().or(z.literal('')),
  nonce: nonce.optional().or(z.literal('')),
})
const running = z.object({ ...signed, owner: optional })
const result = z.object({ ...signed, jobId: required, index: wholeNumber('a whole number, at least 0') })

export type StartRequest = z.output<typeof start>
export type ChangeRequest = z.output<typeof change>
export type StatusRequest = z.output<typeof status>
export type RunningRequest = z.output<typeof running>
export type ResultRequest = z.output<typeof result>
export type Stage = z.output<typeof stage>

export const startRequest = (fields: Fields): StartRequest => parsed(start, fields)
export const changeRequest = (fields: Fields): ChangeRequest => parsed(change, fields)
export const statusRequest = (fields: Fields): StatusRequest => parsed(status, fields)
export const runningRequest = (fields: Fields): RunningRequest => parsed(running, fields)
export const resultRequest = (fields: Fields): ResultRequest => parsed(result, fields)

/** @throws OperatorError that names the field, as the client wrote it */
function parsed<Schema extends z.ZodType>(schema: Schema, fields: Fields): z.output<Schema> {
  const found = schema.safeParse(fields)
  if (found.success) return found.data
  const [issue] = found.error.issues
  const [first] = issue?.path ?? []
  if (typeof first === 'string' && issue?.path.length === 1 && fields[first] === undefined) {
    throw new OperatorError(400, `"${first}" is required.`)
  }
  throw new OperatorError(
    400,
    `${fieldName(issue?.path ?? [])}: ${issue?.message ?? 'is not what it has to be'}.`,
  )
}

function fieldName(path: readonly PropertyKey[]): string {
  return path
    .map((part, at) => (typeof part === 'number' ? `[${part}]` : `${at === 0 ? '' : '.'}${String(part)}`))
    .join('')
}
