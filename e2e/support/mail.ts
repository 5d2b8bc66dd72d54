import type { System } from './system.ts'

/** As the mail logger of the development profile keeps it. */
export interface KeptMail {
  readonly id: string
  readonly subject: string
  readonly headers: readonly { readonly name: string; readonly value: string }[]
}

/** The latest mails to one address, 500 at most, the earliest first. */
export async function mailsTo(system: System, address: string): Promise<KeptMail[]> {
  const response = await fetch(`${system.url}/dev/mail/messages.json?limit=500&to=${address}`)
  if (!response.ok) throw new Error(`the mail logger answers ${response.status}`)
  const { messages } = (await response.json()) as { messages: KeptMail[] }
  return messages.reverse()
}
