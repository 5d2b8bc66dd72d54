import { notifications } from '@mantine/notifications'
import { toApiError } from '../app/api-error'

const closeButtonProps = { 'aria-label': 'Dismiss' }

export function notifySuccess(title: string, message?: string): void {
  notifications.show({ color: 'teal', title, message, closeButtonProps })
}

export function notifyFailure(title: string, error: unknown): void {
  notifications.show({
    color: 'red',
    title,
    message: toApiError(error).message,
    autoClose: 10_000,
    role: 'alert',
    closeButtonProps,
  })
}
