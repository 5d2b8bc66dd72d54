import { z } from 'zod'

/** As in an Authorization header; whether it is one, the backend says. */
const token = z.string().regex(/^[\x21-\x7e]{1,12000}$/)

const clientMessage = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('hello'),
    token,
    /** The last sequence seen; null: from now on. */
    resume: z.number().int().min(0).nullable(),
  }),
  z.strictObject({ type: z.literal('token'), token }),
  z.strictObject({ type: z.literal('pong') }),
])

export type ClientMessage = z.infer<typeof clientMessage>

/** Undefined when it is none. */
export function parseClientMessage(text: string): ClientMessage | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  return clientMessage.safeParse(value).data
}
