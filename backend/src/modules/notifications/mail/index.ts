export type { MailDelivery, MailEntry, MailSeverity } from './mail-entry.ts'
export type { MailPreferences } from './mail-preferences.ts'
export { queueMail, reweighMail, type WaitingEntry, type Weighed } from './queue-mail.ts'
