// What environment variables may hold. Each message ends a sentence that begins with the variable's name.
import { accessSync, constants } from 'node:fs'
import { z } from 'zod'

export interface Address {
  readonly host: string
  readonly port: number
}

export const required = (example: string) =>
  z.string({ error: `is not set. Set it, for example to ${example}.` }).min(1, {
    error: `is empty. Set it, for example to ${example}.`,
  })

export const url = (protocols: readonly string[], example: string) =>
  required(example).refine((value) => URL.canParse(value) && protocols.includes(new URL(value).protocol), {
    error: `is not a URL that begins with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}. Set it, for example to ${example}.`,
  })

/** A URL that paths are put behind: nothing may stand there yet. */
export const prefix = (example: string) =>
  url(['http:', 'https:'], example)
    .refine((value) => !/[?#]/.test(value), {
      error: `has a query or a fragment. Leave it out: paths are put behind it, as in ${example}.`,
    })
    .transform((value) => value.replace(/\/+$/, ''))

export const address = (example: string) =>
  required(example).transform((value, context): Address => {
    const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([^:[\]\s]+)):(\d{1,5})$/.exec(value)
    const port = Number(match?.[3])
    if (match === null || port > 65_535) {
      context.addIssue(`is not host:port with a port from 0 to 65535. Set it, for example to ${example}.`)
      return z.NEVER
    }
    return { host: match[1] ?? match[2] ?? '', port }
  })

export const list = (separator: string | RegExp) => (value: string) =>
  value
    .split(separator)
    .map((item) => item.trim())
    .filter((item) => item !== '')

export const flag = z
  .enum(['true', 'false'], {
    error: 'is neither true nor false. Set one of the two, or leave it out for false.',
  })
  .default('false')
  .transform((value) => value === 'true')

export const wholeNumber = (least: number, most: number, unset: number) => {
  const wayOut = `Set it from ${least} to ${most}, or leave it out for ${unset}.`
  return z.coerce
    .number({ error: `is not a number. ${wayOut}` })
    .int({ error: `is not a whole number. ${wayOut}` })
    .min(least, { error: `is below ${least}. ${wayOut}` })
    .max(most, { error: `is above ${most}. ${wayOut}` })
    .default(unset)
}

/** What a container or a script leaves empty counts as left out. */
export const optional = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess((value) => (value === '' ? undefined : value), schema.optional())

export const share = optional(
  z.coerce
    .number({ error: 'is not a number. Set it from 0 to 1, or leave it out for 1.' })
    .min(0, { error: 'is below 0. Set it from 0 to 1, or leave it out for 1.' })
    .max(1, { error: 'is above 1. Set it from 0 to 1, or leave it out for 1.' }),
).transform((value) => value ?? 1)

/** Read when it is needed, so that a renewed one is taken up; a wrong path is told at the start. */
export const readableFile = z.string().superRefine((path, context) => {
  try {
    accessSync(path, constants.R_OK)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    context.addIssue(`names a file that cannot be read: ${why}. Set it to the path of a PEM file.`)
  }
})
