import type { MailDelivery } from '@fairlead/proto/web/fairlead/notifications/v1/notifications'

export interface MailDeliveryChoice {
  readonly value: MailDelivery
  readonly label: string
}

export const mailDeliveries: readonly MailDeliveryChoice[] = [
  { value: 'MAIL_DELIVERY_OFF', label: 'Off' },
  { value: 'MAIL_DELIVERY_AT_ONCE', label: 'At once' },
  { value: 'MAIL_DELIVERY_HOURLY', label: 'Hourly' },
  { value: 'MAIL_DELIVERY_DAILY', label: 'Daily' },
]
