import type { MailOutcome } from '../../ports/mail.ts'

/** Where in the conversation the server refused (RFC 5321, section 3.3). */
export type SmtpStage = 'SESSION' | 'SENDER' | 'RECIPIENT' | 'MESSAGE'
type RefusedKind = Exclude<MailOutcome['kind'], 'SENT' | 'UNANSWERED'>

interface Rule {
  /** Of the enhanced status code (RFC 3463): "subject.detail" or "subject.*". */
  readonly status: string
  readonly stages: readonly SmtpStage[]
  readonly kind: RefusedKind
}

const anywhere: readonly SmtpStage[] = ['SENDER', 'RECIPIENT', 'MESSAGE']

/**
 * What a permanent refusal (5xx) means, by its enhanced status code; the first that fits. The recipient is to
 * blame only where the code names the mailbox or its address. Whatever is in our configuration, the server's, or
 * passes with time is not held against the recipient.
 */
const permanent: readonly Rule[] = [
  // The sender's address: it is the same in every mail (RFC 3463 X.1.7, X.1.8).
  { status: '1.7', stages: anywhere, kind: 'UNREACHABLE' },
  { status: '1.8', stages: anywhere, kind: 'UNREACHABLE' },
  // Address: no such mailbox, system or syntax; moved; takes no mail (X.1.1 to X.1.6, RFC 7505 X.1.10).
  { status: '1.*', stages: anywhere, kind: 'REJECTED' },
  // Mailbox full: the code is permanent and the condition passes (X.2.2).
  { status: '2.2', stages: anywhere, kind: 'DEFERRED' },
  // Larger than this mailbox takes (X.2.3).
  { status: '2.3', stages: anywhere, kind: 'FAILED' },
  // Mailbox: disabled, or a list that cannot be expanded (X.2.0, X.2.1, X.2.4).
  { status: '2.*', stages: anywhere, kind: 'REJECTED' },
  // Larger than the system takes (X.3.4).
  { status: '3.4', stages: anywhere, kind: 'FAILED' },
  // Mail system, network and routing, protocol: others' to repair (X.3, X.4, X.5).
  { status: '3.*', stages: anywhere, kind: 'DEFERRED' },
  { status: '4.*', stages: anywhere, kind: 'DEFERRED' },
  { status: '5.*', stages: anywhere, kind: 'DEFERRED' },
  // An address beyond ASCII that cannot be delivered to (RFC 6531 X.6.7).
  { status: '6.7', stages: ['RECIPIENT'], kind: 'REJECTED' },
  // Content (X.6).
  { status: '6.*', stages: anywhere, kind: 'FAILED' },
  // Security or policy (X.7): against the sender it is against every mail; against the content, this one. Against
  // a recipient it is mostly "relaying denied", which someone sets right.
  { status: '7.*', stages: ['SENDER'], kind: 'UNREACHABLE' },
  { status: '7.*', stages: ['RECIPIENT'], kind: 'DEFERRED' },
  { status: '7.*', stages: ['MESSAGE'], kind: 'FAILED' },
]

/** Reply codes without an enhanced one (RFC 5321, section 4.2.3); undefined stands for every other. */
const plain: Readonly<Record<Exclude<SmtpStage, 'SESSION'>, ReadonlyMap<number | undefined, RefusedKind>>> = {
  SENDER: new Map([
    [552, 'FAILED'],
    [undefined, 'UNREACHABLE'],
  ]),
  RECIPIENT: new Map<number | undefined, RefusedKind>([
    [501, 'REJECTED'],
    [550, 'REJECTED'],
    [551, 'REJECTED'],
    [553, 'REJECTED'],
    // 552 here means "too many recipients" or a full mailbox, to be tried again (section 4.5.3.1.10).
    [undefined, 'DEFERRED'],
  ]),
  MESSAGE: new Map([
    // A bad sequence of commands says nothing about the message.
    [503, 'DEFERRED'],
    [undefined, 'FAILED'],
  ]),
}
/** "Authentication required" and its kin, at whatever stage (RFC 4954, section 6). */
const authentication = new Set([530, 534, 535, 538])

/** What a refusal means: reply "550 5.1.1 No such user" at a stage. */
export function refusedKind(stage: SmtpStage, reply: string): RefusedKind {
  const match = /^(\d)(\d\d)(?:[ -](\d)\.(\d{1,3})\.(\d{1,3})(?=\s|$))?/.exec(reply)
  // What is no reply at all says that there is no mail server.
  if (match === null || stage === 'SESSION') return 'UNREACHABLE'
  const code = Number(reply.slice(0, 3))
  if (authentication.has(code)) return 'UNREACHABLE'
  if (match[1] !== '5') return 'DEFERRED'
  const [, , , , subject, detail] = match
  if (subject !== undefined && `${subject}.${detail}` !== '0.0') {
    const rule = permanent.find(
      ({ status, stages }) =>
        stages.includes(stage) && (status === `${subject}.${detail}` || status === `${subject}.*`),
    )
    if (rule !== undefined) return rule.kind
  }
  return plain[stage].get(code) ?? plain[stage].get(undefined) ?? 'DEFERRED'
}
