import { describe, expect, it } from 'vitest'
import { refusedKind, type SmtpStage } from './smtp-outcome.ts'

const cases: [SmtpStage, string, ReturnType<typeof refusedKind>][] = [
  ['RECIPIENT', '550 5.1.1 No such user', 'REJECTED'],
  ['RECIPIENT', '550-5.1.1 No such user\n550 5.1.1 really', 'REJECTED'],
  ['MESSAGE', '550 5.1.1 No such user', 'REJECTED'],
  ['RECIPIENT', '556 5.1.10 The domain takes no mail', 'REJECTED'],
  ['RECIPIENT', '550 5.2.1 The mailbox is disabled', 'REJECTED'],
  ['RECIPIENT', '550 No such user', 'REJECTED'],
  ['RECIPIENT', '553 Mailbox name not allowed', 'REJECTED'],
  ['RECIPIENT', '501 Syntax error in the address', 'REJECTED'],
  ['RECIPIENT', '553 5.6.7 The address needs SMTPUTF8', 'REJECTED'],
  ['RECIPIENT', '552 5.2.2 The mailbox is full', 'DEFERRED'],
  ['RECIPIENT', '552 Too many recipients', 'DEFERRED'],
  ['RECIPIENT', '450 4.2.1 The mailbox is busy', 'DEFERRED'],
  ['RECIPIENT', '421 4.7.0 Too fast', 'DEFERRED'],
  ['RECIPIENT', '550 5.7.1 Relaying denied', 'DEFERRED'],
  ['RECIPIENT', '554 5.4.4 No route', 'DEFERRED'],
  ['RECIPIENT', '554 Transaction failed', 'DEFERRED'],
  ['MESSAGE', '451 4.3.0 Try again', 'DEFERRED'],
  ['MESSAGE', '554 5.3.0 Something is wrong with the system', 'DEFERRED'],
  ['MESSAGE', '503 Bad sequence', 'DEFERRED'],
  ['MESSAGE', '552 5.3.4 Too large', 'FAILED'],
  ['MESSAGE', '552 Too large', 'FAILED'],
  ['MESSAGE', '554 5.6.0 Malformed', 'FAILED'],
  ['MESSAGE', '550 5.7.1 Looks like spam', 'FAILED'],
  ['MESSAGE', '554 5.0.0 No', 'FAILED'],
  ['SENDER', '552 5.3.4 Too large', 'FAILED'],
  ['SENDER', '550 5.1.8 The sender is bad', 'UNREACHABLE'],
  ['RECIPIENT', '550 5.1.8 The sender has no domain', 'UNREACHABLE'],
  ['SENDER', '530 5.7.0 Must issue STARTTLS first', 'UNREACHABLE'],
  ['SENDER', '530 Authentication required', 'UNREACHABLE'],
  ['RECIPIENT', '530 5.7.0 Authentication required', 'UNREACHABLE'],
  ['SENDER', '550 No', 'UNREACHABLE'],
  ['SENDER', '451 4.3.0 Try again', 'DEFERRED'],
  ['SESSION', '535 5.7.8 Bad credentials', 'UNREACHABLE'],
  ['SESSION', '421 4.3.2 Shutting down', 'UNREACHABLE'],
  ['SESSION', '554 5.3.2 No mail here', 'UNREACHABLE'],
  ['MESSAGE', 'HTTP/1.1 400 Bad Request', 'UNREACHABLE'],
]

describe('a refusal', () => {
  it.each(cases)('of the stage %s by "%s" means %s', (stage, reply, kind) => {
    expect(refusedKind(stage, reply)).toBe(kind)
  })
})
