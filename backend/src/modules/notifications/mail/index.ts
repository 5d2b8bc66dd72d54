export { type MailAddressRecord, mailAddressOf, retryMailAddress } from './mail-address.ts'
export type { MailDelivery, MailEntry, MailSeverity } from './mail-entry.ts'
export type { MailPreferences } from './mail-preferences.ts'
export {
  listMails,
  type MailCursor,
  type MailFigures,
  type MailFilter,
  type MailRecord,
  type MailState,
  mailFigures,
  retryMail,
} from './mail-records.ts'
export { createMailSender, type MailSender, type MailSenderOptions } from './mail-sender.ts'
export { queueMail, reweighMail, type WaitingEntry, type Weighed } from './queue-mail.ts'
export { unsubscribeRoute } from './unsubscribe-route.ts'
export {
  createUnsubscriptions,
  type Unsubscriptions,
  type UnsubscriptionsOptions,
} from './unsubscriptions.ts'
